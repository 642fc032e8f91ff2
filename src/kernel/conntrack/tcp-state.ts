import type { CtDirection } from '../../linux/ct-state.ts';
import type { TcpFlags } from '../../packet/packet.ts';

/** States of a TCP connection by conntrack's names; `NONE` before its first packet. */
export const TCP_STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const;

export type TcpState = (typeof TCP_STATES)[number];

/** A new state; `ignored`: the packet passes and changes nothing; `invalid`: refused. */
export type TcpTransition = TcpState | 'ignored' | 'invalid';

/** What counts of a segment's flags. Linux: enum tcp_bit_set. */
export type TcpKind = 'syn' | 'syn-ack' | 'fin' | 'ack' | 'rst' | 'none';

const CODES: Readonly<Record<string, TcpTransition>> = {
  NO: 'NONE',
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  ES: 'ESTABLISHED',
  FW: 'FIN_WAIT',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  S2: 'SYN_SENT2',
  ig: 'ignored',
  iv: 'invalid',
};

function row(text: string): readonly TcpTransition[] {
  return text.split(' ').map((code) => CODES[code] ?? 'invalid');
}

const REFUSED = row('iv iv iv iv iv iv iv iv iv iv');
const RESET = row('iv CL CL CL CL CL CL CL CL CL');
const CLOSING = row('iv iv FW FW LA LA LA TW CL iv');

/** Columns are `TCP_STATES`. Linux: tcp_conntracks[] of nf_conntrack_proto_tcp.c. */
const TRANSITIONS: Readonly<
  Record<CtDirection, Readonly<Record<TcpKind, readonly TcpTransition[]>>>
> = {
  original: {
    syn: row('SS SS ig ig ig ig ig SS SS S2'),
    'syn-ack': row('iv iv SR iv iv iv iv iv iv SR'),
    fin: CLOSING,
    ack: row('ES iv ES ES CW CW TW TW CL iv'),
    rst: RESET,
    none: REFUSED,
  },
  reply: {
    syn: row('iv S2 iv iv iv iv iv SS iv S2'),
    'syn-ack': row('iv SR ig ig ig ig ig ig ig SR'),
    fin: CLOSING,
    ack: row('iv ig SR ES CW CW TW TW CL ig'),
    rst: RESET,
    none: REFUSED,
  },
};

/** Linux: get_conntrack_index(). */
export function tcpKind(flags: TcpFlags): TcpKind {
  if (flags.rst) return 'rst';
  if (flags.syn) return flags.ack ? 'syn-ack' : 'syn';
  if (flags.fin) return 'fin';
  return flags.ack ? 'ack' : 'none';
}

/** What a packet does to a connection's state. */
export function tcpTransition(
  state: TcpState,
  direction: CtDirection,
  flags: TcpFlags,
): TcpTransition {
  return TRANSITIONS[direction][tcpKind(flags)][TCP_STATES.indexOf(state)] ?? 'invalid';
}

/** Reads conntrack's name of a state; a connection of an unknown one counts as established. */
export function tcpStateOf(name: string | null): TcpState {
  return TCP_STATES.find((state) => state === name) ?? 'ESTABLISHED';
}

/** Flag combinations that occur; ECE, CWR and PSH are free. Linux: tcp_valid_flags[]. */
export function validTcpFlags(flags: TcpFlags): boolean {
  if (flags.syn) return !flags.fin && !flags.rst && !(flags.ack && flags.urg);
  if (flags.rst) return !flags.fin && !flags.urg;
  return flags.ack === true;
}
