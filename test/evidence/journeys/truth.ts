/**
 * Which packet a frame or a line of the kernel's log really is, told apart from what is tested: by the tag at the
 * beginning of its payload, or for TCP by all numbers together, read from raw bytes and from
 * fields that are taken out of a line before it is given to the reader.
 */

export interface Frame {
  readonly bytes: Buffer;
  /** Seconds. */
  readonly time: number;
}

/** The frames of a capture as tcpdump writes it here: little-endian, microseconds, Ethernet. */
export function framesOf(pcap: Buffer): readonly Frame[] {
  if (pcap.readUInt32LE(0) !== 0xa1b2c3d4 || pcap.readUInt32LE(20) !== 1) {
    throw new Error('not a capture of Ethernet as tcpdump writes it');
  }
  const frames: Frame[] = [];
  for (let at = 24; at + 16 <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    const bytes = pcap.subarray(at + 16, at + 16 + length);
    frames.push({ bytes, time: pcap.readUInt32LE(at) + pcap.readUInt32LE(at + 4) / 1e6 });
    at += 16 + length;
  }
  return frames;
}

const ETHERNET = 14;
const VXLAN_PORT = 4789;
const LAST_PORT = 7777;

/** Null for the datagrams that only mark the end. */
export function truthOfFrame({ bytes }: Frame): string | null {
  return truthOfPacket(bytes.subarray(ETHERNET));
}

/** What carries a packet through a tunnel: the outside's source and identification. */
export function carrierOf({ bytes }: Frame): string | null {
  const ip = bytes.subarray(ETHERNET);
  if (ip.readUInt8(0) >> 4 !== 4 || ip.readUInt8(9) !== 17) return null;
  if (ip.readUInt16BE(22) !== VXLAN_PORT) return null;
  return `${ip.subarray(12, 16).join('.')} ${ip.readUInt16BE(4)}`;
}

function truthOfPacket(ip: Buffer): string | null {
  const v4 = ip.readUInt8(0) >> 4 === 4;
  const protocol = ip.readUInt8(v4 ? 9 : 6);
  const length = v4 ? ip.readUInt16BE(2) : ip.readUInt16BE(4) + 40;
  const id = v4 ? ip.readUInt16BE(4) : '';
  const payload = ip.subarray(v4 ? 20 : 40);
  switch (protocol) {
    case 6:
      return truthOfTcp(payload, length, id);
    case 17: {
      const port = payload.readUInt16BE(2);
      if (port === VXLAN_PORT) return truthOfPacket(payload.subarray(8 + 8 + ETHERNET));
      return port === LAST_PORT ? null : `U${payload.readUInt32BE(8)}`;
    }
    case 1: {
      const quoted = payload.subarray(8);
      return quoted.readUInt16BE(22) === LAST_PORT ? null : `E${quoted.readUInt32BE(28)}`;
    }
    default:
      return null;
  }
}

function truthOfTcp(tcp: Buffer, length: number, id: number | string): string {
  const flags = tcp.readUInt8(13);
  const options = tcp.subarray(20, (tcp.readUInt8(12) >> 4) * 4).toString('hex');
  const acknowledged = flags & 16 ? tcp.readUInt32BE(8) : 0;
  return tcpKey([tcp.readUInt32BE(4), acknowledged, flags, options, length, id]);
}

/** The options hold the timestamps and sizes; the MSS is changed on the way and left out. */
function tcpKey(parts: readonly (number | string)[]): string {
  return `T${parts.map((part) => (typeof part === 'string' ? part.toLowerCase().replace(/^0204..../, '') : part)).join('/')}`;
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/**
 * The same of a whole line of LOG with sequence numbers, options and mark. `carriers` says what
 * went in the tunnel, from the captures of the underlay.
 */
export function truthOfLine(line: string, carriers: ReadonlyMap<string, string>): string | null {
  const field = (name: string): string => {
    const at = line.indexOf(` ${name}=`);
    return at < 0 ? '' : (line.slice(at + name.length + 2).split(' ', 1)[0] ?? '');
  };
  if (field('DPT') === String(LAST_PORT)) return null;
  const mark = swapped(Number(field('MARK') || 0));
  switch (field('PROTO')) {
    case 'TCP': {
      const flags = FLAGS.reduce(
        (bits, name, at) => (line.includes(` ${name} `) ? bits | (1 << at) : bits),
        0,
      );
      const options = /OPT \(([0-9A-F]*)\)/.exec(line)?.[1] ?? '';
      const acknowledged = flags & 16 ? Number(field('ACK')) : 0;
      const id = field('ID') === '' ? '' : Number(field('ID'));
      return tcpKey([Number(field('SEQ')), acknowledged, flags, options, Number(field('LEN')), id]);
    }
    case 'UDP':
      if (field('DPT') === String(VXLAN_PORT)) {
        return carriers.get(`${field('SRC')} ${field('ID')}`) ?? null;
      }
      return `U${mark}`;
    case 'ICMP':
      return line.includes(`DPT=${LAST_PORT}`) ? null : `E${mark}`;
    default:
      return null;
  }
}

/** nft puts the bytes of a payload into the mark as they lie; the kernel prints it as a number. */
function swapped(mark: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(mark);
  return bytes.readUInt32BE();
}
