import { TCP_STATES, type TcpState } from '../../../../src/kernel/conntrack/tcp-state.ts';
import type { Episode } from './episode.ts';
import { tcpTalk } from './talk.ts';

/** What leads to each state. */
const WAYS: Readonly<Record<TcpState, readonly string[]>> = {
  NONE: [],
  SYN_SENT: ['syn'],
  SYN_SENT2: ['syn', '<syn'],
  SYN_RECV: ['syn', '<syn,ack'],
  ESTABLISHED: ['syn', '<syn,ack', 'ack'],
  FIN_WAIT: ['syn', '<syn,ack', 'ack', 'fin,ack'],
  CLOSE_WAIT: ['syn', '<syn,ack', 'ack', 'fin,ack', '<ack'],
  LAST_ACK: ['syn', '<syn,ack', 'ack', 'fin,ack', '<ack', '<fin,ack'],
  TIME_WAIT: ['syn', '<syn,ack', 'ack', 'fin,ack', '<ack', '<fin,ack', 'ack'],
  CLOSE: ['syn', '<syn,ack', 'ack', 'rst'],
};

const KINDS = [
  'syn',
  'syn,ack',
  'fin,ack',
  'ack',
  'rst',
  'rst,ack',
  '-',
  'syn,fin',
  'ack,urg,psh,ece',
];

/** Every state met by every kind of segment in both directions, and then by an ACK of the other end. */
export const TCP_STATE_EPISODES: readonly Episode[] = TCP_STATES.flatMap((state) =>
  KINDS.flatMap((kind) =>
    ['', '<'].map((direction) =>
      tcpTalk(
        `${state} and ${direction === '' ? 'the client' : 'the server'} sends ${kind}`,
        ...WAYS[state],
        `${direction}${kind}`,
        direction === '' ? '<ack' : 'ack',
      ),
    ),
  ),
);
