import type { TcpFlags } from '../packet/packet.ts';

/** The bits of a TCP header's flags octet. RFC 9293 3.1. */
export const TCP_FLAG: Readonly<Record<keyof TcpFlags, number>> = {
  fin: 1,
  syn: 2,
  rst: 4,
  psh: 8,
  ack: 16,
  urg: 32,
  ece: 64,
  cwr: 128,
};

const NAMES = Object.keys(TCP_FLAG) as readonly (keyof TcpFlags)[];

/** Very many packets have the same few sets: they share them. */
const SETS: readonly TcpFlags[] = Array.from({ length: 256 }, (_, bits) =>
  Object.fromEntries(NAMES.filter((name) => bits & TCP_FLAG[name]).map((name) => [name, true])),
);

/** The flags of an octet. */
export function tcpFlagSet(bits: number): TcpFlags {
  return SETS[bits & 255] ?? {};
}
