import type { LineReader } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { parseSocketEnd } from './socket-endpoint.ts';

const ROW =
  /^(tcp|udp)6? +(\d{1,10}) +(\d{1,10}) (\S{1,60}) +(\S{1,60})(?: +([A-Z][A-Z_0-9]{2,12}))?(?: +.*)?$/;
const HEADER = /^(?:Active Internet connections|Proto Recv-Q Send-Q Local Address)/;

/** netstat's names of states, where they are not those of ss. */
const STATES: Readonly<Record<string, string>> = {
  ESTABLISHED: 'ESTAB',
  FIN_WAIT1: 'FIN-WAIT-1',
  FIN_WAIT2: 'FIN-WAIT-2',
};

/** Reads the sockets of `netstat -tunap`. net-tools: netstat.c. */
export function netstatLines(draft: PartDraft): LineReader {
  return {
    take({ text, source }): boolean {
      if (HEADER.test(text)) return true;
      const row = /^(?:tcp|udp)/.test(text) ? ROW.exec(text) : null;
      if (!row) return false;
      const [, name, received, sent, from = '', to = '', state] = row;
      const local = parseSocketEnd(from);
      const remote = parseSocketEnd(to);
      if (!local || !remote) return false;
      const { node, netns } = draft.place;
      const tcp = name === 'tcp';
      draft.socket({
        node,
        netns,
        protocol: tcp ? 'tcp' : 'udp',
        state: state ? (STATES[state] ?? state.replaceAll('_', '-')) : 'UNCONN',
        local: { address: local.address, port: local.port },
        remote: { address: remote.address, port: remote.port },
        device: null,
        receiveQueue: Number(received),
        sendQueue: Number(sent),
        mss: null,
        pmtu: null,
        retransmitting: null,
        retransmitted: null,
        backoff: null,
        unacknowledged: null,
        source,
      });
      return true;
    },
  };
}
