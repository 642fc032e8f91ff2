import { readFileSync } from 'node:fs';
import { type Address, formatAddress } from '../../../../src/packet/address.ts';
import type { Packet } from '../../../../src/packet/packet.ts';
import { type Namespaces, until } from '../../paths/namespaces.ts';
import { COPY_MAC } from './host.ts';
import { startSender } from './shell.ts';

/** A packet that the host sent, as a line; and when, in milliseconds. */
export interface Left {
  readonly at: number;
  readonly words: string;
  /** Source and destination ports, where it has some. */
  readonly ports: readonly [number, number] | null;
  readonly addresses: readonly string[];
}

const ENDS = { in0: 'near', out0: 'far' } as const;
type Device = keyof typeof ENDS;
const DEVICES: readonly Device[] = ['in0', 'out0'];

/** Captures what the host sends on both devices, until the namespaces are gone. */
export async function startCaptures(ns: Namespaces, folder: string): Promise<void> {
  for (const device of DEVICES) {
    const file = `${folder}/${device}.pcap`;
    const filter = ['-Q', 'in', '-U', '--immediate-mode', '-Z', 'root', '-w', file, 'ip or ip6'];
    ns.start(ENDS[device], ['tcpdump', '-i', device, '-n', ...filter]);
  }
  await until('the captures to begin', () =>
    DEVICES.every((device) => read(folder, device) !== null),
  );
}

/** An empty datagram from nowhere to everybody, in a frame to nobody. */
const LAST = '450000140000000001110000' + '00000000ffffffff';
const LAST_WAY = '0.0.0.0>255.255.255.255';

/** Everything that was captured, once a last packet of the host was seen on both devices. */
export async function finishCaptures(ns: Namespaces, folder: string): Promise<readonly Left[]> {
  const all = (): readonly Left[] => DEVICES.flatMap((device) => read(folder, device) ?? []);
  const isLast = ({ words }: Left): boolean => words.includes(LAST_WAY);
  const senders = DEVICES.map((device) => startSender(ns, 'host', device));
  try {
    const frame = Buffer.from(`020000000077${'020000000001'}0800${LAST}`, 'hex');
    for (const sender of senders) sender.send(frame);
    await until('the last packet', () => all().filter(isLast).length === DEVICES.length);
  } finally {
    for (const sender of senders) sender.end();
  }
  return all().filter((left) => !isLast(left));
}

function read(folder: string, device: Device): readonly Left[] | null {
  let file: Buffer;
  try {
    file = readFileSync(`${folder}/${device}.pcap`);
  } catch {
    return null;
  }
  if (file.length < 24) return null;
  const found: Left[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const time = file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000;
    const frame = file.subarray(at + 16, at + 16 + length);
    const left = wordsOf(device, frame);
    if (left) found.push({ at: time, ...left });
    at += 16 + length;
  }
  return found;
}

const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'] as const;

/** What the host says of its own, to groups of neighbours, is left out, and so are copies of TEE. */
function wordsOf(device: Device, frame: Buffer): Omit<Left, 'at'> | null {
  if ((frame.readUInt8(0) & 1) === 1) return null;
  if (frame.subarray(0, 6).toString('hex') === COPY_MAC.replaceAll(':', '')) return null;
  const ip = frame.subarray(14);
  const family = ip.readUInt8(0) >>> 4;
  const header = family === 4 ? 20 : 40;
  const protocol = ip.readUInt8(family === 4 ? 9 : 6);
  const [tos, ttl, length] =
    family === 4
      ? [ip.readUInt8(1), ip.readUInt8(8), ip.readUInt16BE(2)]
      : [(ip.readUInt16BE(0) >>> 4) & 255, ip.readUInt8(7), ip.readUInt16BE(4) + 40];
  const source = addressAt(ip, family === 4 ? 12 : 8, family);
  const destination = addressAt(ip, family === 4 ? 16 : 24, family);
  const body = ip.subarray(header);
  const addresses = [source, destination].map(formatAddress);
  const way = `${device} ${addresses.join('>')}`;
  switch (protocol) {
    case 6: {
      const ports = [body.readUInt16BE(0), body.readUInt16BE(2)] as const;
      const bits = body.readUInt8(13);
      const flags = FLAGS.filter((_, i) => (bits & (2 ** i)) !== 0).join(' ');
      if (device === 'in0' && flags.includes('rst'))
        return { words: `${way} reset`, ports, addresses };
      const mss =
        body.readUInt8(12) >>> 4 > 5 && body.readUInt8(20) === 2 ? body.readUInt16BE(22) : null;
      return {
        words: line(way, {
          tos,
          ttl,
          length,
          rest: `tcp ${flags}${mss === null ? '' : ` mss ${mss}`}`,
        }),
        ports,
        addresses,
      };
    }
    case 17: {
      if (body.length < 8) return { words: way, ports: null, addresses };
      const ports = [body.readUInt16BE(0), body.readUInt16BE(2)] as const;
      return { words: line(way, { tos, ttl, length, rest: 'udp' }), ports, addresses };
    }
    case 1:
    case 58: {
      const [type, code] = [body.readUInt8(0), body.readUInt8(1)];
      const isNeighbour = protocol === 58 && type >= 133 && type <= 137;
      if (isNeighbour) return null;
      const isError = protocol === 1 ? type === 3 || type === 11 : type < 128;
      const words = isError
        ? `${way} error ${type}/${code}`
        : line(way, { tos, ttl, length, rest: `icmp ${type}/${code}` });
      return { words, ports: null, addresses };
    }
    default:
      return {
        words: line(way, { tos, ttl, length, rest: String(protocol) }),
        ports: null,
        addresses,
      };
  }
}

function addressAt(ip: Buffer, at: number, family: number): Address {
  if (family === 4) return { family: 4, bits: ip.readUInt32BE(at) };
  const bits = (ip.readBigUInt64BE(at) << 64n) | ip.readBigUInt64BE(at + 8);
  return { family: 6, bits };
}

function line(
  way: string,
  is: {
    readonly tos: number;
    readonly ttl: number;
    readonly length: number;
    readonly rest: string;
  },
): string {
  return `${way} ${is.rest} tos ${is.tos} ttl ${is.ttl} length ${is.length}`;
}

/** A packet of the model in the same words. */
export function wordsOfPacket(device: string, packet: Packet): Omit<Left, 'at'> {
  const { source, destination, transport: t, tos, ttl, length, protocol } = packet;
  const addresses = [source, destination].map(formatAddress);
  const way = `${device} ${addresses.join('>')}`;
  switch (t.kind) {
    case 'tcp': {
      const flags = FLAGS.filter((name) => t.flags[name]).join(' ');
      const rest = `tcp ${flags}${t.mss === undefined ? '' : ` mss ${t.mss}`}`;
      return { words: line(way, { tos, ttl, length, rest }), ports: [t.sport, t.dport], addresses };
    }
    case 'udp':
      return {
        words: line(way, { tos, ttl, length, rest: 'udp' }),
        ports: [t.sport, t.dport],
        addresses,
      };
    case 'icmp': {
      const isError = source.family === 4 ? t.type === 3 || t.type === 11 : t.type < 128;
      const words = isError
        ? `${way} error ${t.type}/${t.code}`
        : line(way, { tos, ttl, length, rest: `icmp ${t.type}/${t.code}` });
      return { words, ports: null, addresses };
    }
    case 'sctp':
    case 'other':
      return {
        words: line(way, { tos, ttl, length, rest: String(protocol) }),
        ports: null,
        addresses,
      };
  }
}
