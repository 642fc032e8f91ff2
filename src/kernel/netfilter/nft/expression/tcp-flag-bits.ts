import type { TcpFlags } from '../../../../packet/packet.ts';

/** The flags octet of a TCP header. */
export function tcpFlagBits(flags: TcpFlags): number {
  return (
    (flags.fin ? 1 : 0) |
    (flags.syn ? 2 : 0) |
    (flags.rst ? 4 : 0) |
    (flags.psh ? 8 : 0) |
    (flags.ack ? 16 : 0) |
    (flags.urg ? 32 : 0) |
    (flags.ece ? 64 : 0) |
    (flags.cwr ? 128 : 0)
  );
}

/** The flags that an octet of a TCP header sets. */
export function tcpFlagsOf(bits: number): TcpFlags {
  return {
    ...(bits & 1 ? { fin: true } : {}),
    ...(bits & 2 ? { syn: true } : {}),
    ...(bits & 4 ? { rst: true } : {}),
    ...(bits & 8 ? { psh: true } : {}),
    ...(bits & 16 ? { ack: true } : {}),
    ...(bits & 32 ? { urg: true } : {}),
    ...(bits & 64 ? { ece: true } : {}),
    ...(bits & 128 ? { cwr: true } : {}),
  };
}
