import type { SocketState } from '../../socket-state.ts';
import type { LineReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { parseSocketEnd } from './socket-endpoint.ts';

const STATES =
  'ESTAB|SYN-SENT|SYN-RECV|NEW-SYN-RECV|FIN-WAIT-1|FIN-WAIT-2|TIME-WAIT|UNCONN|CLOSE-WAIT|LAST-ACK|LISTEN|CLOSING|BOUND-INACTIVE';
const ROW = new RegExp(
  `^(?:(tcp|udp|sctp|dccp|mptcp|raw|icmp6?|u_str|u_dgr|u_seq|nl|p_raw|p_dgr|v_str|v_dgr|xdp|tipc|\\?\\?\\?) +)?(${STATES}) +(\\d{1,10}) +(\\d{1,10}) +(\\S{1,80}) +(\\S{1,80})(?: +(.*))?$`,
);
/** `ss state X` leaves the state out. */
const ROW_WITHOUT_STATE =
  /^(\d{1,10}) +(\d{1,10}) +(\S{1,80}:\S{1,20}) +(\S{1,80}:\S{1,20})(?: +(.*))?$/;
const HEADER = /^(?:Netid +)?(State +)?Recv-Q +Send-Q +Local Address:Port +Peer Address:Port/;
const COMMAND = /(?:^|[\s$#])ss\s+((?:-[a-zA-Z0-9-]+\s*)+)(?:state\s+([a-z-]+))?/;
const DETAIL = /(?:^|\s)(?:rto|mss|wscale|skmem|cwnd|segs_out|rcv_space|pmtu|retrans):/;
/** Narrow terminals break the detail into several lines. */
const MAX_DETAILS = 6;

interface OpenSocket {
  readonly socket: SocketState;
  readonly line: TextLine;
  detail: string;
  lines: number;
}

/** Reads `ss` with any of its options: a line per socket, its details below or behind. */
export function ssLines(draft: PartDraft): LineReader {
  let open: OpenSocket | null = null;
  let hasState = true;
  let asked: { readonly udp: boolean; readonly state: string | null } = {
    udp:
      /^ss\b[^a-z]*-[a-z0-9]*u/.test(draft.place.name) &&
      !/^ss\b[^a-z]*-[a-z0-9]*t/.test(draft.place.name),
    state: null,
  };

  const finish = (): void => {
    if (open) draft.socket({ ...open.socket, ...detailsOf(open.detail) });
    open = null;
  };

  const takeRow = (line: TextLine, row: Row): boolean => {
    const { node, netns } = draft.place;
    const protocol = protocolOf(row.netid, row.state, asked.udp);
    finish();
    if (protocol === null) return true;
    const local = parseSocketEnd(row.local);
    const remote = parseSocketEnd(row.peer);
    if (!local || !remote) return false;
    const { source } = line;
    open = {
      socket: {
        node,
        netns,
        protocol,
        state: row.state,
        local: { address: local.address, port: local.port },
        remote: { address: remote.address, port: remote.port },
        device: local.device,
        receiveQueue: Number(row.received),
        sendQueue: Number(row.sent),
        mss: null,
        pmtu: null,
        retransmitting: null,
        retransmitted: null,
        backoff: null,
        unacknowledged: null,
        source,
      },
      line,
      detail: row.rest,
      lines: 0,
    };
    return true;
  };

  return {
    take(line): boolean {
      const { text, number } = line;
      if (open && number === open.line.number + open.lines + 1 && open.lines < MAX_DETAILS) {
        if (DETAIL.test(text) && !ROW.test(text)) {
          open.detail += ` ${text}`;
          open.lines++;
          return true;
        }
      }
      const header = text.includes('Recv-Q') ? HEADER.exec(text) : null;
      if (header) {
        finish();
        hasState = header[1] !== undefined;
        return true;
      }
      const row = rowOf(text, hasState ? null : (asked.state ?? 'UNKNOWN'));
      if (row) return takeRow(line, row);
      finish();
      const command = text.includes('ss ') && text.length < 200 ? COMMAND.exec(text) : null;
      if (command) {
        const flags = command[1] ?? '';
        asked = {
          udp: flags.includes('u') && !flags.includes('t'),
          state: command[2]?.toUpperCase() ?? null,
        };
        hasState = true;
      }
      return false;
    },
    end: finish,
  };
}

interface Row {
  readonly netid: string | undefined;
  readonly state: string;
  readonly received: string;
  readonly sent: string;
  readonly local: string;
  readonly peer: string;
  readonly rest: string;
}

function rowOf(text: string, state: string | null): Row | null {
  const match = ROW.exec(text);
  if (match) {
    const [, netid, found = '', received = '', sent = '', local = '', peer = '', rest = ''] = match;
    return { netid, state: found, received, sent, local, peer, rest };
  }
  const bare = state === null ? null : ROW_WITHOUT_STATE.exec(text);
  if (!bare || state === null) return null;
  const [, received = '', sent = '', local = '', peer = '', rest = ''] = bare;
  return { netid: undefined, state, received, sent, local, peer, rest };
}

const PROTOCOLS: readonly SocketState['protocol'][] = ['tcp', 'udp', 'sctp', 'dccp', 'mptcp'];

/** Null for sockets that send no packets of these protocols. */
function protocolOf(
  netid: string | undefined,
  state: string,
  udp: boolean,
): SocketState['protocol'] | null {
  if (netid !== undefined) return PROTOCOLS.find((name) => name === netid) ?? null;
  return udp || state === 'UNCONN' ? 'udp' : 'tcp';
}

function detailsOf(
  text: string,
): Pick<
  SocketState,
  'mss' | 'pmtu' | 'retransmitting' | 'retransmitted' | 'backoff' | 'unacknowledged'
> {
  const number = (pattern: RegExp): number | null => {
    const value = pattern.exec(text)?.[1];
    return value === undefined ? null : Number(value);
  };
  return {
    mss: number(/(?:^|\s)mss:(\d{1,10})(?=\s|$)/),
    pmtu: number(/(?:^|\s)pmtu:(\d{1,10})(?=\s|$)/),
    retransmitting: number(/(?:^|\s)retrans:(\d{1,10})\//),
    retransmitted: number(/(?:^|\s)retrans:\d{1,10}\/(\d{1,10})(?=\s|$)/),
    backoff: number(/(?:^|\s)backoff:(\d{1,10})(?=\s|$)/),
    unacknowledged: number(/(?:^|\s)unacked:(\d{1,10})(?=\s|$)/),
  };
}
