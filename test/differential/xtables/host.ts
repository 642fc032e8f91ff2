import { readFileSync } from 'node:fs';
import { type Namespaces, until } from '../paths/namespaces.ts';
import { ethernetFrame } from '../routing/frame.ts';
import type { Sent } from './random-packets.ts';
import { SETS, SOURCES, TARGETS } from './random-rules.ts';

/** The other ends of `in0` and `out0`, where frames are sent from and captured. */
const ENDS = { in0: 'near', out0: 'far' } as const;
const MACS = { in0: '02:00:00:00:00:01', out0: '02:00:00:00:00:02' } as const;

/** What TCPMSS clamps to. */
const MTU = { in0: 1500, out0: 1400 } as const;

export const NAMES = ['host', 'near', 'far'] as const;

/** An IPv4 packet that left the host. */
export interface Left {
  readonly device: 'in0' | 'out0';
  readonly id: number;
  readonly bytes: Buffer;
}

export function macOf(device: Sent['device']): string {
  return MACS[device];
}

/** A router with one device each way, addresses behind it and the sets. */
export function buildHost(ns: Namespaces): void {
  const neighbours = [
    ...SOURCES.map((address) => `neigh add ${address} lladdr 02:00:00:00:00:99 dev in0`),
    ...TARGETS.slice(2).map((address) => `neigh add ${address} lladdr 02:00:00:00:00:98 dev out0`),
    ...['10.0.1.0', '10.0.1.5', '10.0.1.6', '10.0.1.7', '10.0.1.77'].map(
      (address) => `neigh add ${address} lladdr 02:00:00:00:00:98 dev out0`,
    ),
  ];
  const lines = (['in0', 'out0'] as const).flatMap((device, i) => [
    `link add ${device} address ${MACS[device]} type veth peer name ${device} netns ${ns.named(ENDS[device])}`,
    `addr add 10.0.${i}.1/24 dev ${device}`,
    `link set ${device} up mtu ${MTU[device]}`,
  ]);
  ns.run('host', ['ip', '-batch', '-'], [...lines, ...neighbours].join('\n'));
  for (const device of ['in0', 'out0'] as const) {
    ns.run(ENDS[device], ['ip', 'link', 'set', device, 'up']);
  }
  ns.run('host', [
    'sysctl',
    '-qw',
    'net.ipv4.ip_forward=1',
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.in0.rp_filter=0',
    'net.ipv4.conf.out0.rp_filter=0',
    'net.ipv4.conf.all.send_redirects=0',
  ]);
  ns.run('host', ['ipset', 'restore'], SETS);
}

/** Captures what the host sends on both devices, until the namespaces are gone. */
export async function startCapture(ns: Namespaces, folder: string): Promise<void> {
  for (const device of ['in0', 'out0'] as const) {
    const file = `${folder}/${device}.pcap`;
    const filter = ['-Q', 'in', '-U', '--immediate-mode', '-Z', 'root', '-w', file, 'ip'];
    ns.start(ENDS[device], ['tcpdump', '-i', device, '-n', ...filter]);
  }
  await until('the captures to begin', () =>
    (['in0', 'out0'] as const).every((device) => readCapture(folder, device) !== null),
  );
}

/** null when the file has not been begun. */
function readCapture(folder: string, device: Left['device']): readonly Left[] | null {
  let file: Buffer;
  try {
    file = readFileSync(`${folder}/${device}.pcap`);
  } catch {
    return null;
  }
  if (file.length < 24) return null;
  const packets: Left[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const bytes = file.subarray(at + 16 + 14, at + 16 + length);
    packets.push({ device, id: bytes.readUInt16BE(4), bytes });
    at += 16 + length;
  }
  return packets;
}

/** Everything that left, once the packet with this number was seen on both devices. */
export async function captured(
  ns: Namespaces,
  folder: string,
  last: number,
): Promise<readonly Left[]> {
  const all = (): readonly Left[] =>
    (['in0', 'out0'] as const).flatMap((device) => readCapture(folder, device) ?? []);
  for (const device of ['in0', 'out0'] as const) {
    ns.run('host', ['sh'], sendCommand(frameOf({ device, packet: END }, last), device));
  }
  await until('the last packet', () => all().filter(({ id }) => id === last).length === 2);
  return all();
}

const END: Sent['packet'] = {
  source: { family: 4, bits: 0 },
  destination: { family: 4, bits: 0xffffffff },
  protocol: 17,
  ttl: 1,
  tos: 0,
  length: 28,
  dontFragment: false,
  transport: { kind: 'udp', sport: 1, dport: 1 },
};

/** The frame of a packet, numbered by its IP identification, which no hook changes. */
function frameOf({ device, packet }: Sent, id: number): Buffer {
  const frame = ethernetFrame(packet, MACS[device]);
  if (packet.transport.kind === 'tcp') addSegmentSize(frame, packet.transport.mss);
  frame.writeUInt16BE(id, 18);
  raiseChecksum(frame, 24, id);
  return frame;
}

/** Makes the first four bytes of a TCP segment's zero payload its MSS option. */
function addSegmentSize(frame: Buffer, mss: number | undefined): void {
  if (mss === undefined) return;
  const tcp = frame.subarray(34);
  tcp.writeUInt8(0x60, 12);
  tcp.writeUInt16BE(0x0204, 20);
  tcp.writeUInt16BE(mss, 22);
  raiseChecksum(tcp, 16, 0x1000 + 0x0204 + mss);
}

/** RFC 1624: words under the checksum grew by so much. */
function raiseChecksum(bytes: Buffer, at: number, by: number): void {
  const sum = (~bytes.readUInt16BE(at) & 0xffff) + by;
  bytes.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, at);
}

function sendCommand(frame: Buffer, device: string): string {
  return `echo ${frame.toString('hex')} | xxd -r -p | socat -u -b65536 - INTERFACE:${device}`;
}

const MARK = '=== packet';

/** Sends packets one after another; what was saved before the first and after each. */
export function play(
  ns: Namespaces,
  tool: string,
  packets: readonly { readonly sent: Sent; readonly id: number }[],
): readonly string[] {
  const save = `${tool}-save -c`;
  const script = [
    save,
    ...packets.flatMap(({ sent, id }) => [
      `ip netns exec ${ns.named(ENDS[sent.device])} sh -c '${sendCommand(frameOf(sent, id), sent.device)}'`,
      `echo '${MARK}'`,
      save,
    ]),
  ];
  return ns.run('host', ['sh'], script.join('\n')).split(`${MARK}\n`);
}
