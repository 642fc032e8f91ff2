import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/evidence/capture/read-capture.ts';
import { type Observation, type ObservedPacket, subject } from '../../src/evidence/observation.ts';
import { formatAddress } from '../../src/packet/address.ts';
import {
  bytes,
  ethernet,
  hex,
  icmp,
  ipv4,
  ipv6,
  type PcapOptions,
  pcap,
  tcp,
  udp,
  vxlan,
} from './frames.ts';

const SYN = ipv4({}, tcp());

function observed(file: Uint8Array, name = 'case.pcap'): readonly Observation[] {
  return readCapture(file, name).value.observations;
}

/** `10.0.0.1:40000 > 10.0.0.2:80 tcp`, with what carries it. */
function words(packet: ObservedPacket): string {
  const own = `${formatAddress(packet.source)}:${packet.sport} > ${formatAddress(packet.destination)}:${packet.dport}`;
  if (!packet.inner) return own;
  const { kind, vni } = packet.encapsulation ?? { kind: '?', vni: null };
  return `${kind}${vni === null ? '' : ` ${vni}`} (${words(packet.inner)})`;
}

const PLAIN = '10.0.0.1:40000 > 10.0.0.2:80';

describe('a pcap file', () => {
  it.each<[what: string, options: PcapOptions]>([
    ['little-endian with microseconds', { little: true }],
    ['big-endian with microseconds', { little: false }],
    ['little-endian with nanoseconds', { little: true, nano: true }],
    ['big-endian with nanoseconds', { little: false, nano: true }],
  ])('%s', (_what, options) => {
    const [one] = observed(pcap([ethernet(SYN)], options));
    expect(one && words(one.packet)).toBe(PLAIN);
    expect(one?.time).toBeCloseTo(1_700_000_000.25, 6);
    expect(one?.timeBase).toBe('epoch');
    expect(one?.source).toEqual({ file: 'case.pcap', line: 1 });
  });

  const cooked = (type: number) => bytes(hex(`000${type} 0001 0006 020000000000 0000 0800`), SYN);
  const cooked2 = (type: number) =>
    bytes(hex(`0800 0000 00000003 0001 0${type} 06 0200000000010000`), SYN);

  it.each<[what: string, linkType: number, frame: Uint8Array, expected: object]>([
    ['Ethernet', 1, ethernet(SYN), { link: { sourceMac: '02:00:00:00:00:0a', vlan: null } }],
    ['one VLAN tag', 1, ethernet(SYN, '0800', '8100 0064'), { link: { vlan: 100 } }],
    ['two VLAN tags', 1, ethernet(SYN, '0800', '88a8 0007 8100 0064'), { link: { vlan: 7 } }],
    ['RAW', 101, SYN, { link: null }],
    ['RAW by another number', 12, SYN, { link: null }],
    ['IPV4', 228, SYN, { link: null }],
    ['NULL', 0, bytes([2, 0, 0, 0], SYN), { link: null }],
    [
      'PPP with a direction',
      166,
      bytes(hex('01 ff03 0021'), SYN),
      { vantage: { direction: 'out' } },
    ],
    ['SLL2 with the number of a device', 276, cooked2(0), { vantage: { device: 'ifindex 3' } }],
    [
      'SLL of a packet that arrives',
      113,
      cooked(0),
      { vantage: { direction: 'in' }, link: { sourceMac: '02:00:00:00:00:00' } },
    ],
    ['SLL of a packet that leaves', 113, cooked(4), { vantage: { direction: 'out' } }],
    ['SLL2 of a packet that arrives', 276, cooked2(0), { vantage: { direction: 'in' } }],
    ['SLL2 of a packet that leaves', 276, cooked2(4), { vantage: { direction: 'out' } }],
  ])('with link type %s', (_what, linkType, frame, expected) => {
    const [one] = observed(pcap([frame], { linkType }));
    expect(one && words(one.packet)).toBe(PLAIN);
    expect(one).toMatchObject(expected);
  });

  it.each<[what: string, packet: Uint8Array, expected: string]>([
    [
      'VXLAN',
      ipv4({ src: '172.16.0.1', dst: '172.16.0.2', protocol: 17 }, vxlan(7, ethernet(SYN))),
      `vxlan 7 (${PLAIN})`,
    ],
    [
      'VXLAN with a VLAN tag inside',
      ipv4({ protocol: 17 }, vxlan(7, ethernet(SYN, '0800', '8100 0001'))),
      `vxlan 7 (${PLAIN})`,
    ],
    [
      "flannel's udp backend",
      ipv4({ protocol: 17 }, udp(8285, 8285, SYN)),
      `flannel-udp (${PLAIN})`,
    ],
    ['IP in IP', ipv4({ protocol: 4 }, SYN), `ipip (${PLAIN})`],
    ['GRE', ipv4({ protocol: 47 }, bytes(hex('0000 0800'), SYN)), `gre (${PLAIN})`],
    [
      'GRE with a key',
      ipv4({ protocol: 47 }, bytes(hex('2000 0800 00000005'), SYN)),
      `gre (${PLAIN})`,
    ],
    [
      'a tunnel in a tunnel',
      ipv4({ protocol: 4 }, ipv4({ protocol: 17 }, udp(8285, 8285, SYN))),
      `ipip (flannel-udp (${PLAIN}))`,
    ],
    [
      "another payload on flannel's port",
      ipv4({ protocol: 17 }, udp(8285, 8285, hex('45000000'))),
      '10.0.0.1:8285 > 10.0.0.2:8285',
    ],
    [
      "VXLAN's port without its flag",
      ipv4({ protocol: 17 }, udp(1, 4789, new Uint8Array(50))),
      '10.0.0.1:1 > 10.0.0.2:4789',
    ],
  ])('holds %s', (_what, packet, expected) => {
    const [one] = observed(pcap([packet], { linkType: 101 }));
    expect(one && words(one.packet)).toBe(expected);
  });

  it('gives all of a TCP header and its options', () => {
    const options = '020405b4 0402 080a 0dc2e1f8 00000007 01 030307';
    const packet = ipv4(
      { tos: 0x10 },
      tcp({ seq: 0xfffffff0, ack: 9, flags: 0x12, options, payload: 5 }),
    );
    const [one] = observed(pcap([packet], { linkType: 101 }));
    expect(one?.packet).toMatchObject({
      tos: 16,
      ttl: 64,
      ipId: 100,
      dontFragment: true,
      length: 65,
    });
    expect(one?.packet.tcp).toEqual({
      flags: { syn: true, ack: true },
      sequence: 0xfffffff0,
      printedSequence: null,
      acknowledgement: 9,
      window: 64240,
      mss: 1460,
      windowScale: 7,
      timestampValue: 0x0dc2e1f8,
      timestampEcho: 7,
      payloadLength: 5,
    });
  });

  it.each<[what: string, packet: Uint8Array, expected: object]>([
    [
      'a later fragment has no ports',
      ipv4({ protocol: 17, fragment: 0x00b9 }, new Uint8Array(16)),
      { fragmentOffset: 1480, dontFragment: false, sport: null },
    ],
    [
      'a length of 0, which segmentation offload leaves',
      ipv4({ length: 0 }, tcp({ payload: 3000 })),
      { length: null, tcp: { payloadLength: 3000 } },
    ],
    [
      'an echo request',
      ipv4({ protocol: 1 }, icmp(8, 0, 0x00070002, new Uint8Array(8))),
      { icmp: { type: 8, code: 0, id: 7, sequence: 2, quoted: null } },
    ],
    [
      'a needed fragmentation with the packet it is about',
      ipv4({ protocol: 1 }, icmp(3, 4, 1450, ipv4({}, tcp().slice(0, 8)))),
      { icmp: { type: 3, code: 4, mtu: 1450, quoted: { sport: 40000, dport: 80, tcp: null } } },
    ],
    ['IPv6', ipv6(6, tcp()), { ttl: 63, length: 64, ipId: null, dport: 80 }],
    [
      'IPv6 with hop-by-hop options',
      ipv6(0, bytes(hex('0600000000000000'), tcp())),
      { protocol: 6, dport: 80 },
    ],
    [
      'an IPv6 fragment',
      ipv6(44, bytes(hex('11 00 05a9 00000001'), udp(1, 2, new Uint8Array(4)))),
      { protocol: 17, fragmentOffset: 1448, sport: null },
    ],
  ])('%s', (_what, packet, expected) => {
    const [one] = observed(pcap([packet], { linkType: 101 }));
    expect(one?.packet).toMatchObject(expected);
  });

  it('leaves out the padding of a short Ethernet frame', () => {
    const padded = bytes(ethernet(ipv4({}, tcp({ options: '' }))), new Uint8Array(6));
    expect(observed(pcap([padded]))[0]?.packet.tcp?.payloadLength).toBe(0);
  });

  it('counts ARP as read and gives no packet for it', () => {
    const { value, issues } = readCapture(pcap([ethernet(new Uint8Array(28), '0806')]), 'a.pcap');
    expect(value.file).toMatchObject({ lines: 1, recognised: 1 });
    expect(value.observations).toEqual([]);
    expect(issues).toEqual([]);
  });

  it('takes node, namespace and device from its path', () => {
    const [one] = observed(pcap([ethernet(SYN)]), 'x/evidence/n2/netns/pod/eth0.pcap');
    expect(one?.vantage).toMatchObject({ node: 'n2', netns: 'pod', device: 'eth0' });
  });
});

/** A block of pcapng; its length is written before and after. */
function block(type: number, body: Uint8Array, little: boolean): Uint8Array {
  const padded = bytes(body, new Uint8Array((4 - (body.length % 4)) % 4));
  const word = words32(little);
  const length = word(12 + padded.length);
  return bytes(word(type), length, padded, length);
}

function words32(little: boolean): (value: number) => Uint8Array {
  return (value) => {
    const data = new Uint8Array(4);
    new DataView(data.buffer).setUint32(0, value, little);
    return data;
  };
}

interface PcapngInterface {
  readonly name: string;
  readonly linkType: number;
  /** if_tsresol. */
  readonly resolution?: number;
}

interface PcapngFrame {
  readonly on: number;
  /** In units of the interface. */
  readonly at: bigint;
  readonly data: Uint8Array;
  readonly flags?: number;
}

function pcapng(
  interfaces: readonly PcapngInterface[],
  frames: readonly PcapngFrame[],
  little = true,
): Uint8Array {
  const word = words32(little);
  const half = (value: number): Uint8Array => {
    const data = new Uint8Array(2);
    new DataView(data.buffer).setUint16(0, value, little);
    return data;
  };
  const option = (code: number, value: Uint8Array): Uint8Array =>
    bytes(half(code), half(value.length), value, new Uint8Array((4 - (value.length % 4)) % 4));
  const end = bytes(half(0), half(0));
  const section = block(
    0x0a0d0d0a,
    bytes(word(0x1a2b3c4d), half(1), half(0), word(0xffffffff), word(0xffffffff)),
    little,
  );
  const described = interfaces.map(({ name, linkType, resolution }) =>
    block(
      1,
      bytes(
        bytes(half(linkType), half(0), word(262144)),
        option(2, new TextEncoder().encode(name)),
        resolution === undefined ? [] : option(9, bytes([resolution])),
        end,
      ),
      little,
    ),
  );
  const packets = frames.map(({ on, at, data, flags }) => {
    const length = word(data.length);
    const time = [word(Number(at >> 32n)), word(Number(at & 0xffffffffn))];
    const padding = new Uint8Array((4 - (data.length % 4)) % 4);
    const options = flags === undefined ? new Uint8Array(0) : bytes(option(2, word(flags)), end);
    return block(6, bytes(word(on), ...time, length, length, data, padding, options), little);
  });
  return bytes(section, ...described, ...packets);
}

describe('a pcapng file', () => {
  const micro = 1_700_000_000_250_000n;
  const nano = 1_700_000_000_250_000_001n;
  const interfaces = [
    { name: 'eth0', linkType: 1 },
    { name: 'tun0', linkType: 101, resolution: 9 },
  ];
  const frames = [
    { on: 0, at: micro, data: ethernet(SYN), flags: 2 },
    { on: 1, at: nano, data: SYN, flags: 1 },
    { on: 0, at: micro, data: ethernet(ipv4({}, tcp({ payload: 1 }))) },
  ];

  it.each([
    ['little-endian', true],
    ['big-endian', false],
  ])('%s with two interfaces is two captures', (_what, little) => {
    const seen = observed(pcapng(interfaces, frames, little), 'a.pcapng');
    expect(seen.map(({ packet }) => words(packet))).toEqual([PLAIN, PLAIN, PLAIN]);
    expect(seen.map(({ vantage }) => [vantage.device, vantage.direction, vantage.group])).toEqual([
      ['eth0', 'out', 'a.pcapng#eth0'],
      ['tun0', 'in', 'a.pcapng#tun0'],
      ['eth0', null, 'a.pcapng#eth0'],
    ]);
    for (const { time } of seen) expect(time).toBeCloseTo(1_700_000_000.25, 6);
  });

  it('counts time in powers of two when it says so', () => {
    const [one] = observed(
      pcapng(
        [{ name: 'a', linkType: 101, resolution: 0x80 | 10 }],
        [{ on: 0, at: 2560n, data: SYN }],
      ),
    );
    expect(one?.time).toBe(2.5);
  });

  it('says how many packets an interface lost', () => {
    const drops = bytes(hex('05000800 0300000000000000 00000000'));
    const statistics = block(5, bytes(new Uint8Array(12), drops), true);
    const { value } = readCapture(bytes(pcapng(interfaces, frames), statistics, statistics), 'a');
    // The second block repeats the count of the first.
    expect(value.statements).toMatchObject([{ kind: 'capture-loss', dropped: 3 }]);
  });

  it('of several sections numbers its frames through', () => {
    const one = pcapng(interfaces.slice(0, 1), frames.slice(0, 1));
    const two = pcapng(interfaces.slice(1), [{ on: 0, at: nano, data: SYN }], false);
    const seen = observed(bytes(one, two));
    expect(seen.map(({ source, vantage }) => [source.line, vantage.device])).toEqual([
      [1, 'eth0'],
      [2, 'tun0'],
    ]);
  });
});

describe('the hash of a payload', () => {
  const data = tcp({ flags: 0x18, payload: 20 });
  const other = bytes(data.slice(0, -1), [7]);
  const hashOf = (packet: Uint8Array, options: PcapOptions = {}): string | null | undefined => {
    const [one] = observed(pcap([packet], { linkType: 101, ...options }));
    return one && subject(one.packet).payloadHash;
  };
  const hash = hashOf(ipv4({}, data));

  it('is 16 hexadecimal digits, and another one for other bytes', () => {
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf(ipv4({}, other))).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf(ipv4({}, other))).not.toBe(hash);
  });

  it.each<[what: string, packet: Uint8Array, linkType: number]>([
    ['behind another header', ipv4({ src: '1.2.3.4', ttl: 9, id: 7 }, data), 101],
    ['in IPv6', ipv6(6, data), 101],
    ['in a tunnel', ipv4({ protocol: 17 }, vxlan(7, ethernet(ipv4({}, data)))), 101],
    ['in a padded frame', bytes(ethernet(ipv4({}, data)), new Uint8Array(6)), 1],
  ])('is the same %s', (_what, packet, linkType) => {
    expect(hashOf(packet, { linkType })).toBe(hash);
  });

  it.each<[what: string, packet: Uint8Array]>([
    ['an empty payload', ipv4({}, tcp())],
    ['a payload of which the end was not captured', ipv4({}, data).slice(0, -1)],
    ['a first fragment', ipv4({ fragment: 0x2000 }, data)],
    ['a later fragment', ipv4({ fragment: 0x0010 }, data)],
  ])('is none for %s', (_what, packet) => {
    expect(hashOf(packet)).toBeNull();
  });
});

describe('a damaged capture', () => {
  const two = pcap([ethernet(SYN), ethernet(SYN)]);
  const ng = pcapng(
    [{ name: 'a', linkType: 101 }],
    [
      { on: 0, at: 1n, data: SYN },
      { on: 0, at: 2n, data: SYN },
    ],
  );

  it.each<[what: string, file: Uint8Array, packets: number, issue: string | undefined]>([
    ['cut in a frame', two.slice(0, -10), 1, 'capture-cut-off'],
    [
      'cut in a frame header',
      two.slice(0, 24 + 16 + ethernet(SYN).length + 7),
      1,
      'capture-cut-off',
    ],
    ['with a header only', two.slice(0, 24), 0, undefined],
    ['cut in its own header', two.slice(0, 20), 0, 'capture-cut-off'],
    ['pcapng cut in a block', ng.slice(0, -4), 1, 'capture-cut-off'],
    [
      'whose first frame has an impossible length',
      pcapLength(two, 0x7fffffff),
      1,
      'capture-broken-block',
    ],
    ['of an unknown link type', pcap([SYN], { linkType: 147 }), 0, 'capture-link-type-unknown'],
    ['of a frame too short for its link', pcap([hex('0200')]), 0, 'capture-frame-short'],
    [
      'of a frame too short for its address',
      pcap([SYN.slice(0, 15)], { linkType: 101 }),
      0,
      'capture-frame-short',
    ],
    ['that is none', hex('00112233'), 0, 'capture-not-readable'],
  ])('%s', (_what, file, packets, issue) => {
    const { value, issues } = readCapture(file, 'a.pcap');
    expect(value.observations).toHaveLength(packets);
    expect(issues.map(({ code }) => code)).toEqual(issue === undefined ? [] : [issue]);
  });

  it('keeps no more packets than it may, and counts the others', () => {
    const { value, issues } = readCapture(two, 'a.pcap', { limit: 1 });
    expect(value.observations).toHaveLength(1);
    expect(value.file).toMatchObject({ lines: 2, recognised: 2, dropped: 1 });
    expect(issues.map(({ code }) => code)).toEqual(['packets-over-limit']);
  });

  it('keeps only the packets that are asked for, by what a tunnel carries', () => {
    const tunnelled = pcap([ipv4({ protocol: 17 }, udp(8285, 8285, SYN)), SYN.slice(0)], {
      linkType: 101,
    });
    const keep = (packet: ObservedPacket): boolean => packet.dport === 80;
    const { value } = readCapture(tunnelled, 'a.pcap', { keep });
    expect(value.observations.map(({ packet }) => subject(packet).dport)).toEqual([80, 80]);
  });

  it('never throws, wherever it is cut or changed', () => {
    const files = [two, ng];
    for (const file of files) {
      for (let at = 0; at < file.length; at++) {
        readCapture(file.slice(0, at), 'a.pcap');
        const changed = file.slice();
        changed[at] = 255 - (changed[at] ?? 0);
        readCapture(changed, 'a.pcap');
      }
    }
  });
});

/** The file with another length in its first frame's header. */
function pcapLength(file: Uint8Array, length: number): Uint8Array {
  const changed = file.slice();
  new DataView(changed.buffer).setUint32(24 + 8, length, true);
  return changed;
}
