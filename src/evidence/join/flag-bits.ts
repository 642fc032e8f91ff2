import type { TcpFlags } from '../../packet/packet.ts';

const FLAGS: readonly (keyof TcpFlags)[] = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'];

/** The flags as in the TCP header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
export function flagBits(flags: TcpFlags): number {
  return FLAGS.reduce((bits, name, index) => (flags[name] ? bits | (1 << index) : bits), 0);
}
