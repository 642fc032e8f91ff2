import type { TcpFlags, TcpSequence } from '../../../../src/packet/packet.ts';
import { PROTOCOL } from '../../../../src/packet/protocol.ts';
import { between, type Ends, type Episode, type Line } from './episode.ts';

/** Where each end of a conversation stands. */
interface Stand {
  next: number;
}

const FIRST = { client: 0x1000_0000, server: 0xffff_fe00 } as const;

/**
 * A TCP episode in words, one segment each: flags with `<` before those of the server, then what is
 * unusual: `seq+5`, `ack-100`, `seq=0`, `ack=0`, `win=100`, `data=10`, `scale=7`, `sackok`, `sack+50`, `bad`
 * (a wrong checksum). Without, numbers follow one another as in any connection.
 */
export function tcpTalk(name: string, ...words: readonly string[]): Episode {
  return { name, lines: (ends) => segments(ends, words) };
}

function segments(ends: Ends, words: readonly string[]): readonly Line[] {
  const stands = { client: { next: FIRST.client }, server: { next: FIRST.server } };
  return words.map((word) => segment(ends, stands, word));
}

function segment(ends: Ends, stands: Readonly<Record<Line['from'], Stand>>, text: string): Line {
  const from = text.startsWith('<') ? 'server' : 'client';
  const [named = '', ...options] = text.replace('<', '').split(' ');
  const flags: TcpFlags = Object.fromEntries(
    named
      .split(',')
      .filter((flag) => flag !== '-')
      .map((flag) => [flag, true]),
  );
  const own = stands[from];
  const other = stands[from === 'client' ? 'server' : 'client'];
  const option = (key: string): string | undefined =>
    options.find((word) => word.startsWith(key))?.slice(key.length);
  const number = (key: string, usual: number): number => {
    const given = option(key);
    if (given === undefined) return usual;
    return given.startsWith('=') ? Number(given.slice(1)) : (usual + Number(given)) >>> 0;
  };
  const payload = Number(option('data=') ?? 0);
  const seq = number('seq', own.next);
  const sequence: TcpSequence = {
    seq,
    ack: flags.ack ? number('ack', other.next) : 0,
    window: Number(option('win=') ?? 1000),
    payload,
    scale: option('scale=') === undefined ? null : Number(option('scale=')),
    sackPermitted: options.includes('sackok'),
    sack: options.some((word) => /^sack[+-]/.test(word)) ? number('sack', other.next) : null,
  };
  if (seq === own.next) {
    own.next = (seq + payload + (flags.syn ? 1 : 0) + (flags.fin ? 1 : 0)) >>> 0;
  }
  const ports = from === 'client' ? { sport: 5000, dport: 80 } : { sport: 80, dport: 5000 };
  return {
    from,
    packet: {
      ...between(ends, from),
      protocol: PROTOCOL.tcp,
      transport: { kind: 'tcp', ...ports, flags, sequence },
      ...(options.includes('bad') ? { badChecksum: true } : {}),
    },
  };
}
