import {
  SCTP_CHUNK,
  SCTP_STATES,
  type SctpState,
} from '../../../../src/kernel/conntrack/sctp-state.ts';
import type { Packet, SctpChunk, TransportHeader } from '../../../../src/packet/packet.ts';
import { PROTOCOL } from '../../../../src/packet/protocol.ts';
import { between, type Ends, type Episode, type Line } from './episode.ts';

type Said = Pick<Packet, 'protocol' | 'transport'> & { readonly bad?: boolean };

/** An episode of packets with the header that each one has; `<` is said by the server. */
function talk(
  name: string,
  words: readonly string[],
  header: (word: string, from: Line['from'], ends: Ends) => Said,
  family?: 6,
): Episode {
  return {
    name,
    ...(family ? { family } : {}),
    lines: (ends) =>
      words.map((text) => {
        const from = text.startsWith('<') ? 'server' : 'client';
        const { bad, ...said } = header(text.replace('<', ''), from, ends);
        return {
          from,
          packet: { ...between(ends, from), ...said, ...(bad ? { badChecksum: true } : {}) },
        };
      }),
  };
}

const udp = (word: string, from: Line['from']): Said => ({
  protocol: PROTOCOL.udp,
  transport: {
    kind: 'udp',
    ...(from === 'client' ? { sport: 5000, dport: 53 } : { sport: 53, dport: 5000 }),
  },
  bad: word === 'bad',
});

const UDP: readonly Episode[] = ([undefined, 6] as const).flatMap((family) => {
  const ip = family ? 'IPv6' : 'IPv4';
  return [
    talk(`a datagram, ${ip}`, ['a'], udp, family),
    talk(`datagrams without an answer, ${ip}`, ['a', 'a'], udp, family),
    talk(
      `datagrams and answers within two seconds, ${ip}`,
      ['a', '<a', 'a', '<a', 'a'],
      udp,
      family,
    ),
    talk(`a wrong checksum, ${ip}`, ['bad', 'a', '<bad', '<a'], udp, family),
  ];
});

const bare = (protocol: number) => (): Said => ({ protocol, transport: { kind: 'other' } });

const OTHERS: readonly Episode[] = [
  ['gre', PROTOCOL.gre],
  ['esp', PROTOCOL.esp],
  ['dccp', 33],
  ['protocol 253', 253],
].flatMap(([name, protocol]) => [
  talk(`${name}: unanswered`, ['a', 'a'], bare(Number(protocol))),
  talk(`${name}: answered`, ['a', '<a', 'a'], bare(Number(protocol))),
]);

/** Types with and without the error's quote: `8`, `0`, `3:` quotes the episode's echo request. */
function icmpHeader(family: 4 | 6) {
  const protocol = family === 6 ? PROTOCOL.icmpv6 : PROTOCOL.icmp;
  return (word: string, _from: Line['from'], ends: Ends): Said => {
    const [, type = '', option = ''] = /^(\d+)(.*)$/.exec(word) ?? [];
    const echo: TransportHeader = { kind: 'icmp', type: family === 6 ? 128 : 8, code: 0, id: 77 };
    const about: Packet = { ...between(ends, 'client'), length: 36, protocol, transport: echo };
    const stranger = { ...about, transport: { ...echo, id: 78 } };
    const turned = { ...about, source: about.destination, destination: about.source };
    const quoted = { ':': about, ':other': stranger, ':turned': turned }[option];
    return {
      protocol,
      transport: {
        kind: 'icmp',
        type: Number(type),
        code: 0,
        ...(quoted ? { quoted } : { id: 77 }),
      },
      bad: option === 'bad',
    };
  };
}

const every = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

const ICMP: readonly Episode[] = [
  // Of a redirect or a quench about nothing, every type alone and then what might answer it.
  ...every(42).map((type) => talk(`ICMP type ${type}`, [`${type}`, `<${type}`], icmpHeader(4))),
  talk('an echo and its answers', ['8', '<0', '8', '<0'], icmpHeader(4)),
  talk('a timestamp and its answer', ['13', '<14'], icmpHeader(4)),
  talk('an address mask and its answer', ['17', '<18'], icmpHeader(4)),
  talk('an echo, wrong checksums', ['8bad', '8', '<0bad', '<0'], icmpHeader(4)),
  ...[3, 4, 5, 11, 12].flatMap((type) => [
    talk(`ICMP error ${type} about the echo`, ['8', `<${type}:`, '<0'], icmpHeader(4)),
    talk(`ICMP error ${type} about another echo`, ['8', `<${type}:other`], icmpHeader(4)),
    talk(`ICMP error ${type} about the answer`, ['8', '<0', `${type}:turned`], icmpHeader(4)),
    talk(`ICMP error ${type} to the wrong end`, ['8', `${type}:`], icmpHeader(4)),
  ]),
  talk('an error with a wrong checksum', ['8', '<3:'].concat('<3:bad'), icmpHeader(4)),
];

const ICMPV6: readonly Episode[] = [
  ...[
    1, 2, 3, 4, 5, 100, 127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141,
    143, 144, 155, 200, 255,
  ].map((type) => talk(`ICMPv6 type ${type}`, [`${type}`, `<${type}`], icmpHeader(6), 6)),
  talk('an ICMPv6 echo and its answers', ['128', '<129', '128', '<129'], icmpHeader(6), 6),
  talk('ICMPv6 node information', ['139', '<140'], icmpHeader(6), 6),
  talk('an ICMPv6 echo, wrong checksums', ['128bad', '128', '<129bad', '<129'], icmpHeader(6), 6),
  ...[1, 2, 3, 4].flatMap((type) => [
    talk(`ICMPv6 error ${type} about the echo`, ['128', `<${type}:`, '<129'], icmpHeader(6), 6),
    talk(`ICMPv6 error ${type} about another echo`, ['128', `<${type}:other`], icmpHeader(6), 6),
    talk(`ICMPv6 error ${type} to the wrong end`, ['128', `${type}:`], icmpHeader(6), 6),
  ]),
];

const NAMES: Readonly<Record<string, number>> = SCTP_CHUNK;
const TAGS = { client: 0x1111, server: 0x2222 } as const;

/** Chunk names, `+` between those of one packet, then `tag=N`, `init=N` and `T`. */
function sctpHeader(word: string, from: Line['from']): Said {
  const [names = '', ...options] = word.split(' ');
  const option = (key: string): number | null => {
    const text = options.find((one) => one.startsWith(key));
    return text === undefined ? null : Number(text.slice(key.length));
  };
  const chunks = names.split('+').map((name): SctpChunk => {
    const type = NAMES[name];
    if (type === undefined) throw new Error(name);
    const opens = type === SCTP_CHUNK.init || type === SCTP_CHUNK.initAck;
    return {
      type,
      ...(options.includes('T') ? { reflectedTag: true } : {}),
      ...(opens ? { initiateTag: option('init=') ?? TAGS[from] } : {}),
    };
  });
  const usual = names === 'init' ? 0 : TAGS[from === 'client' ? 'server' : 'client'];
  return {
    protocol: PROTOCOL.sctp,
    transport: {
      kind: 'sctp',
      ...(from === 'client' ? { sport: 5000, dport: 38412 } : { sport: 38412, dport: 5000 }),
      content: { tag: option('tag=') ?? usual, chunks },
    },
    bad: options.includes('bad'),
  };
}

const OPEN = ['init', '<initAck', 'cookieEcho', '<cookieAck'];

const SCTP_WAYS: Readonly<Record<SctpState, readonly string[]>> = {
  NONE: [],
  CLOSED: ['init'],
  COOKIE_WAIT: ['init', '<initAck'],
  COOKIE_ECHOED: ['init', '<initAck', 'cookieEcho'],
  ESTABLISHED: OPEN,
  SHUTDOWN_SENT: [...OPEN, 'shutdown'],
  SHUTDOWN_RECD: [...OPEN, '<shutdown'],
  SHUTDOWN_ACK_SENT: [...OPEN, 'shutdown', '<shutdownAck'],
  HEARTBEAT_SENT: ['heartbeat'],
};

const sctp = (name: string, ...words: readonly string[]): Episode => talk(name, words, sctpHeader);

const SCTP: readonly Episode[] = [
  ...SCTP_STATES.flatMap((state) =>
    Object.keys(SCTP_CHUNK).flatMap((chunk) => [
      sctp(`${state} and the client sends ${chunk}`, ...SCTP_WAYS[state], chunk, '<data'),
      sctp(`${state} and the server sends ${chunk}`, ...SCTP_WAYS[state], `<${chunk}`, 'data'),
    ]),
  ),
  sctp('an INIT with a tag', 'init tag=5'),
  sctp('an INIT beside another chunk', 'init+data'),
  sctp('a cookie that is not first', ...OPEN, 'data+cookieEcho'),
  sctp('data of a wrong tag', ...OPEN, 'data tag=9', 'data'),
  sctp('an abort of a wrong tag', ...OPEN, 'abort tag=9', 'abort'),
  sctp('an abort that reflects the tag', ...OPEN, `abort tag=${TAGS.client} T`),
  sctp('an abort that reflects a wrong tag', ...OPEN, `abort tag=${TAGS.server} T`),
  sctp('a cookie echo of a wrong tag', 'init', '<initAck', 'cookieEcho tag=9', 'cookieEcho'),
  sctp(
    'a shutdown completed',
    ...OPEN,
    'shutdown',
    '<shutdownAck',
    'shutdownComplete',
    'init',
    '<initAck',
  ),
  sctp(
    'a shutdown completed with a wrong tag',
    ...OPEN,
    'shutdown',
    '<shutdownAck',
    'shutdownComplete tag=9',
  ),
  sctp(
    'an INIT ACK that asks for another tag',
    'init',
    '<initAck init=7',
    '<initAck init=8',
    'cookieEcho tag=7',
  ),
  sctp('INITs of both ends', 'init', '<init', '<initAck', 'initAck', 'cookieEcho', '<cookieAck'),
  sctp(
    'a heartbeat of another path, and its answer',
    'heartbeat',
    '<heartbeatAck',
    'data',
    '<data',
  ),
  sctp('a heartbeat of another tag', ...OPEN, 'heartbeat tag=9', '<heartbeatAck tag=8', 'data'),
  sctp('a heartbeat of another tag with data', ...OPEN, 'heartbeat+data tag=9'),
  sctp('an answer to no heartbeat', ...OPEN, '<heartbeatAck tag=9'),
  sctp('a wrong checksum', 'init bad', 'init', '<initAck bad', '<initAck'),
  sctp('an established association opens again', ...OPEN, 'init init=99', '<initAck', 'cookieEcho'),
];

export const OTHER_EPISODES: readonly Episode[] = [...UDP, ...OTHERS, ...ICMP, ...ICMPV6, ...SCTP];
