import type { Json } from './read-value.ts';
import { type TokenReader, Unexpected } from './token-reader.ts';

/** Reads an expression that begins with a certain word; `inner` reads one inside of it. */
export type PrimaryReader = (reader: TokenReader, inner: (reader: TokenReader) => Json) => Json;

const META: readonly string[] = ['iif', 'oif', 'iifname', 'oifname', 'iifgroup', 'oifgroup'];

const HEADERS: readonly string[] = [
  'ether',
  'vlan',
  'arp',
  'ip',
  'ip6',
  'tcp',
  'udp',
  'udplite',
  'sctp',
  'dccp',
  'icmp',
  'icmpv6',
  'igmp',
  'ah',
  'esp',
  'comp',
  'gre',
  'gretap',
  'geneve',
  'vxlan',
  'th',
];

const EXTENSIONS: readonly string[] = ['hbh', 'frag', 'dst', 'mh', 'srh', 'rt0', 'rt2'];

const RT_KEYS: readonly string[] = ['classid', 'nexthop', 'mtu', 'ipsec'];

/** Expressions by the word that they begin with. Source: nft(8). */
export const PRIMARIES: Readonly<Record<string, PrimaryReader>> = {
  meta: (reader) => {
    reader.take();
    return { meta: { key: reader.name() } };
  },
  ...Object.fromEntries(
    META.map((key): [string, PrimaryReader] => [
      key,
      (reader) => ({ meta: { key: reader.name() } }),
    ]),
  ),
  ...Object.fromEntries(HEADERS.map((name): [string, PrimaryReader] => [name, readHeader])),
  ...Object.fromEntries(EXTENSIONS.map((name): [string, PrimaryReader] => [name, readExtension])),
  exthdr: (reader) => {
    reader.take();
    return { exthdr: { name: reader.name() } };
  },
  rt: (reader) => (isRoute(reader) ? readRoute(reader) : readExtension(reader)),
  ct: readCt,
  fib: readFib,
  socket: readSocket,
  osf: readOsf,
  ipsec: readIpsec,
  numgen: readNumgen,
  jhash: (reader, inner) => readHash('jhash', reader, inner),
  symhash: (reader, inner) => readHash('symhash', reader, inner),
};

/** Words that end a field's name: it is not there, and existence is asked for. */
function fieldOrNone(reader: TokenReader): string | null {
  const word = reader.word();
  const none = ['exists', 'missing', '==', '!=', '{', 'vmap', 'map', 'set', '.'];
  return reader.atEnd() || none.includes(word) ? null : reader.name();
}

function readHeader(reader: TokenReader): Json {
  const protocol = reader.name();
  const next = reader.word();
  if (protocol === 'tcp' && next === 'option') return readTcpOption(reader);
  if (protocol === 'ip' && next === 'option') return readPart('ip option', reader);
  if (protocol === 'sctp' && next === 'chunk') return readPart('sctp chunk', reader);
  if (protocol === 'dccp' && next === 'option') {
    reader.take();
    return { 'dccp option': { type: reader.number() } };
  }
  const field = reader.name();
  if (protocol === 'arp' && (field === 'saddr' || field === 'daddr')) {
    return { payload: { protocol, field: `${field} ${reader.name()}` } };
  }
  // A header inside of a tunnel: `vxlan ip saddr`.
  if (HEADERS.includes(field) && !reader.atEnd() && field !== protocol) {
    return { payload: { tunnel: protocol, protocol: field, field: reader.name() } };
  }
  return { payload: { protocol, field } };
}

function readPart(kind: string, reader: TokenReader): Json {
  reader.take();
  const name = reader.name();
  const field = fieldOrNone(reader);
  return { [kind]: field === null ? { name } : { name, field } };
}

function readTcpOption(reader: TokenReader): Json {
  const raw = /^@(\d+),(\d+),(\d+)$/.exec(reader.word(1));
  if (!raw) return readPart('tcp option', reader);
  reader.take();
  reader.take();
  const [base, offset, len] = raw.slice(1).map(Number);
  return { 'tcp option': { base, offset, len } };
}

function readExtension(reader: TokenReader): Json {
  const name = reader.name();
  return { exthdr: { name, field: reader.name() } };
}

/** `rt nexthop` is of the route, `rt type` of a routing header. */
function isRoute(reader: TokenReader): boolean {
  const word = reader.word(1);
  return RT_KEYS.includes(word) || word === 'ip' || word === 'ip6';
}

function readRoute(reader: TokenReader): Json {
  reader.take();
  const family = familyOrNone(reader);
  return { rt: { key: reader.name(), ...(family ? { family } : {}) } };
}

function familyOrNone(reader: TokenReader): string | null {
  return reader.word() === 'ip' || reader.word() === 'ip6' ? reader.name() : null;
}

/** `ct original ip saddr` has one key in JSON, `ip saddr`. */
function readCt(reader: TokenReader): Json {
  reader.take();
  const word = reader.word();
  const dir = word === 'original' || word === 'reply' ? reader.name() : null;
  const family = familyOrNone(reader);
  const key = reader.name();
  return { ct: { key: family ? `${family} ${key}` : key, ...(dir ? { dir } : {}) } };
}

function readFib(reader: TokenReader): Json {
  reader.take();
  const flags = [reader.name()];
  while (reader.accept('.')) flags.push(reader.name());
  return { fib: { result: reader.name(), flags } };
}

function readSocket(reader: TokenReader): Json {
  reader.take();
  const key = reader.name();
  return { socket: reader.accept('level') ? { key, level: reader.number() } : { key } };
}

function readOsf(reader: TokenReader): Json {
  reader.take();
  const ttl = reader.accept('ttl') ? reader.name() : null;
  return { osf: { key: reader.name(), ...(ttl ? { ttl } : {}) } };
}

function readIpsec(reader: TokenReader): Json {
  reader.take();
  const dir = reader.name();
  const spnum = reader.accept('spnum') ? reader.number() : 0;
  const family = familyOrNone(reader);
  return { ipsec: { key: reader.name(), ...(family ? { family } : {}), dir, spnum } };
}

function readNumgen(reader: TokenReader): Json {
  reader.take();
  const mode = reader.name();
  reader.expect('mod');
  const mod = reader.number();
  return { numgen: { mode, mod, offset: offsetOf(reader) } };
}

function offsetOf(reader: TokenReader): number {
  return reader.accept('offset') ? reader.number() : 0;
}

function readHash(
  mode: 'jhash' | 'symhash',
  reader: TokenReader,
  inner: (reader: TokenReader) => Json,
): Json {
  reader.take();
  const expr = mode === 'jhash' ? { expr: inner(reader) } : {};
  if (reader.word() !== 'mod') throw new Unexpected(reader.peek());
  reader.take();
  const mod = reader.number();
  const seed = reader.accept('seed') ? { seed: reader.number() } : {};
  const offset = offsetOf(reader);
  return { [mode]: { mod, ...seed, ...(offset === 0 ? {} : { offset }), ...expr } };
}
