import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import type { Packet } from '../../../../src/packet/packet.ts';
import type { Namespaces } from '../../paths/namespaces.ts';
import { readState } from '../../routing/read-state.ts';
import type { Arriving } from './packets.ts';
import { startSender, startShell } from './shell.ts';
import { bytesOf } from './wire.ts';

/** A router between two ends, in both families; the ends say nothing of their own. */
export const CASE_NAMES = ['host', 'near', 'far'] as const;

const ENDS = { in0: 'near', out0: 'far' } as const;
export const MACS = { in0: '02:00:00:00:00:01', out0: '02:00:00:00:00:02' } as const;
export const SENDER_MAC = '02:00:00:00:00:99';
const FAR_MAC = '02:00:00:00:00:98';

export type Backend = 'legacy' | 'nft';

/** Sets that the rules ask about. */
export const CASE_SETS = `create hl-empty hash:ip
create hl-empty6 hash:ip family inet6
create hl-ip hash:ip counters
add hl-ip 10.0.0.9
create hl-ip6 hash:ip family inet6
add hl-ip6 fd00::9
create hl-net hash:net
add hl-net 10.0.1.0/24
add hl-net 10.0.1.9/32 nomatch
create hl-net6 hash:net family inet6
add hl-net6 fd00:1::/64
add hl-net6 fd00:1::9/128 nomatch
create hl-ipport hash:ip,port
add hl-ipport 10.0.1.9,udp:53
add hl-ipport 10.0.1.9,icmp:echo-request
create hl-ipport6 hash:ip,port family inet6
add hl-ipport6 fd00:1::9,tcp:80
create hl-ipportip hash:ip,port,ip
add hl-ipportip 10.0.1.9,tcp:80,10.0.0.9
create hl-ipportnet hash:ip,port,net
add hl-ipportnet 10.0.1.9,udp:53,10.0.0.0/28
create hl-netport hash:net,port
add hl-netport 10.0.1.0/24,tcp:80
create hl-netiface hash:net,iface
add hl-netiface 10.0.0.0/24,in0
create hl-bip bitmap:ip range 10.0.0.0/24
add hl-bip 10.0.0.9
create hl-bipmac bitmap:ip,mac range 10.0.0.0/24
add hl-bipmac 10.0.0.9,${SENDER_MAC}
create hl-bports bitmap:port range 0-1000
add hl-bports 53
add hl-bports 80
create hl-grown hash:ip
create hl-grown6 hash:ip family inet6
create hl-pairs hash:ip,port timeout 0
create hl-shrunk hash:ip
add hl-shrunk 10.0.0.9
create hl-marks hash:ip skbinfo
add hl-marks 10.0.0.9 skbmark 0x55
create hl-list list:set size 8
add hl-list hl-ip
add hl-list hl-ip6
`;

/** Where packets go that are translated; those of NETMAP keep their last bits. */
const FAR_ADDRESSES = [
  '10.0.1.9',
  '10.0.1.10',
  '10.0.1.17',
  ...[20, 21, 22, 23].flatMap((host) => [`10.0.1.${host}`, `fd00:1::${host}`]),
  'fd00:1::9',
];
/** Where copies go; its frames tell them from the packets themselves. */
export const COPY_MAC = '02:00:00:00:00:88';
const COPY_ADDRESSES = ['10.0.1.88', 'fd00:1::88'];

/** Devices, addresses, neighbours and sets. */
export function buildCaseHost(ns: Namespaces): void {
  for (const end of ['near', 'far']) {
    ns.run(end, ['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']);
  }
  ns.run('host', [
    'sysctl',
    '-qw',
    'net.ipv6.conf.default.accept_dad=0',
    'net.ipv6.conf.default.accept_ra=0',
    'net.ipv6.conf.default.autoconf=0',
    'net.ipv6.conf.all.forwarding=1',
    'net.ipv4.ip_forward=1',
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.default.rp_filter=0',
    'net.ipv4.conf.all.send_redirects=0',
    'net.ipv4.icmp_ratelimit=0',
    'net.ipv6.icmp.ratelimit=0',
  ]);
  const lines = (['in0', 'out0'] as const).flatMap((device, i) => [
    `link add ${device} address ${MACS[device]} type veth peer name ${device} netns ${ns.named(ENDS[device])}`,
    `link set ${device} group ${5 + i}`,
    `addr add 10.0.${i}.1/24 dev ${device}`,
    `addr add fd00:${i === 0 ? '' : '1'}::1/64 dev ${device} nodad`.replace('fd00:::', 'fd00::'),
    `link set ${device} up`,
  ]);
  const near = ['10.0.0.8', '10.0.0.9', 'fd00::9', 'fd00::ff:fe00:99'];
  const neighbours = [
    ...near.map((address) => [address, SENDER_MAC, 'in0']),
    ...FAR_ADDRESSES.map((address) => [address, FAR_MAC, 'out0']),
    ...COPY_ADDRESSES.map((address) => [address, COPY_MAC, 'out0']),
  ].map(([address, mac, device]) => `neigh add ${address} lladdr ${mac} dev ${device}`);
  ns.run('host', ['ip', '-batch', '-'], [...lines, ...neighbours].join('\n'));
  for (const device of ['in0', 'out0'] as const) {
    ns.run(ENDS[device], ['ip', 'link', 'set', device, 'up']);
  }
  ns.run('host', ['ipset', 'restore'], CASE_SETS);
}

/** What a snapshot of the host says, without its rules and sets. */
export function readCaseHost(ns: Namespaces): NetnsState {
  return readState(ns, 'host', [
    'uname',
    'ip-link',
    'ip-addr',
    'ip-route',
    'ip6-route',
    'ip-rule',
    'ip6-rule',
    'ip-neigh',
    'sysctl',
  ]);
}

/** Of iptables and ip6tables what `-c` saves. */
export type Saves = Readonly<Record<4 | 6, string>>;

const tools = { 4: 'iptables', 6: 'ip6tables' } as const;
const ARRIVED = '-A PREROUTING -m comment --comment arrived';

/**
 * Loads rules, all in one go. The first rule of table raw tells when a packet was there; what the host says on
 * its own account ends before the other tables see it.
 */
export function load(
  ns: Namespaces,
  backend: Backend,
  rules: Readonly<Record<4 | 6, string>>,
): void {
  for (const family of [4, 6] as const) {
    ns.run('host', [`${tools[family]}-${backend}-restore`], rules[family]);
  }
}

/** The beginning of table raw, to be followed by its rules. */
export function rawTable(family: 4 | 6, rules: readonly string[], isQuiet = true): string {
  const groups = family === 4 ? ['-d 224.0.0.0/4'] : ['-d ff00::/8'];
  const own = [...groups, family === 4 ? '-p icmp' : '-p ipv6-icmp'];
  return [
    '*raw',
    ARRIVED,
    ...rules,
    ...(isQuiet ? own : groups).map((match) => `-A OUTPUT ${match} -j DROP`),
    'COMMIT\n',
  ].join('\n');
}

/**
 * Sends packets one after the other. Returns what was saved before the first and after each, once the
 * host had it.
 * @param sent is told of each packet just before it is sent.
 */
export async function playCases(
  ns: Namespaces,
  backend: Backend,
  packets: readonly Arriving[],
  sent: (index: number) => void = () => {},
): Promise<readonly Saves[]> {
  const shell = startShell(ns, 'host');
  const senders = {
    in0: startSender(ns, 'near', 'in0'),
    out0: startSender(ns, 'far', 'out0'),
  };
  const save = (family: 4 | 6) => shell.run(`${tools[family]}-${backend}-save -c`);
  try {
    let now: Saves = { 4: await save(4), 6: await save(6) };
    const saves = [now];
    for (const [i, arriving] of packets.entries()) {
      const family = arriving.packet.source.family;
      const before = now;
      sent(i);
      senders[arriving.device ?? 'in0'].send(frameOf(arriving, i + 1));
      const deadline = Date.now() + 60_000;
      do {
        if (Date.now() > deadline) throw new Error(`packet ${i} did not arrive`);
        now = { ...before, [family]: await save(family) };
      } while (arrivals(now, family) <= arrivals(before, family));
      // The tables are saved one after the other, while the packet may be on its way through them.
      for (let again = await save(family); again !== now[family]; again = await save(family)) {
        now = { ...now, [family]: again };
      }
      saves.push(now);
    }
    return saves;
  } finally {
    shell.end();
    senders.in0.end();
    senders.out0.end();
  }
}

function arrivals(saves: Saves, family: 4 | 6): number {
  const line = saves[family].split('\n').find((text) => text.endsWith(ARRIVED));
  return Number(/^\[(\d+):/.exec(line ?? '')?.[1] ?? 0);
}

/** The addresses of the frame that a packet comes in. */
export function framing({ device = 'in0', frameTo, frameFrom }: Arriving): {
  to: string;
  from: string;
} {
  return {
    to: frameTo ?? MACS[device],
    from: frameFrom ?? (device === 'in0' ? SENDER_MAC : FAR_MAC),
  };
}

function frameOf(arriving: Arriving, id: number): Buffer {
  const { packet } = arriving;
  const { to, from } = framing(arriving);
  const header = `${to}${from}`.replaceAll(':', '');
  const type = packet.source.family === 4 ? '0800' : '86dd';
  return Buffer.concat([Buffer.from(header + type, 'hex'), bytesOf(packet, id)]);
}

/** The rules whose packet counters grew: line, text and by how much; those of OUTPUT left out. */
export function grown(before: string, after: string): readonly string[] {
  const old = before.split('\n');
  return after.split('\n').flatMap((line, i) => {
    const [, packets, rule] = /^\[(\d+):\d+\] (-A .*)$/.exec(line) ?? [];
    const [, oldPackets] = /^\[(\d+):/.exec(old[i] ?? '') ?? [];
    const more = Number(packets) - Number(oldPackets);
    return more > 0 && !rule?.startsWith('-A OUTPUT') ? [`${i + 1} ${rule} ${more}`] : [];
  });
}

/** A packet as a line of a failure. */
export function describePacket({ source, destination, protocol, transport }: Packet): string {
  return `IPv${source.family} ${protocol} ${JSON.stringify(transport, (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  ).slice(0, 160)} to ...${String(destination.bits).slice(-4)}`;
}
