import { factOf, type NetnsDraft } from '../draft.ts';
import type { Entry, JsonRecord } from '../read/records.ts';
import { numberOf, recordOf, recordsOf, textOf, wordsOf } from '../read/records.ts';
import { addressFamily, isCount, isDeviceName, isWord, prefixFamily } from '../read/safe-words.ts';
import type { Line, Why } from '../rebuild.ts';
import type { TableNames } from './table-names.ts';

/** A route as words for `ip route`, without the verb, or why it cannot be said. */
export type RouteText =
  | { readonly kind: 'route'; readonly words: string }
  | { readonly kind: 'refused'; readonly why: Why };

const TYPES = new Set([
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
]);

/** Names of /etc/iproute2/rt_protos that every iproute2 has. */
const PROTOCOLS = new Set([
  'redirect',
  'kernel',
  'boot',
  'static',
  'ra',
  'dhcp',
  'bgp',
  'bird',
  'zebra',
]);

/** Metrics that `ip route` takes as it prints them. */
const METRICS = ['mtu', 'advmss', 'initcwnd', 'initrwnd', 'window', 'quickack', 'reordering'];

/** The routes of one family of all tables, in the listing's order. */
export function routeLines(
  netns: Pick<NetnsDraft, 'place'>,
  entries: readonly Entry[],
  family: 4 | 6,
  tables: TableNames,
  refuse: (line: Line, why: Why) => void,
): readonly Line[] {
  return entries.flatMap((entry): readonly Line[] => {
    const { value, source } = entry;
    const own = familyOf(value);
    // `ip -4 route show table all` prints IPv6 routes as well.
    if (own !== null && own !== family) return [];
    const fact = factOf(netns, 'route', routeSubject(value), {
      source,
      device: textOf(value, 'dev'),
      family,
    });
    const text = routeText(value, family, tables);
    if (text.kind === 'refused') {
      refuse({ text: '', fact }, text.why);
      return [];
    }
    return [{ text: text.words, fact }];
  });
}

/** IPv6 routes have a preference, others are told by their addresses. */
function familyOf(route: JsonRecord): 4 | 6 | null {
  const destination = textOf(route, 'dst') ?? '';
  const named = prefixFamily(destination) ?? addressFamily(textOf(route, 'gateway') ?? '');
  return named ?? (textOf(route, 'pref') === null ? null : 6);
}

function routeSubject(route: JsonRecord): string {
  const table = textOf(route, 'table') ?? 'main';
  const words = [
    'route',
    textOf(route, 'type') ?? '',
    textOf(route, 'dst') ?? '?',
    textOf(route, 'gateway') ? `via ${textOf(route, 'gateway')}` : '',
    textOf(route, 'dev') ? `dev ${textOf(route, 'dev')}` : '',
    table === 'main' ? '' : `table ${table}`,
  ];
  return words.filter((word) => word !== '' && word !== 'unicast').join(' ');
}

/** One route as `ip -j -d route` prints it. */
export function routeText(route: JsonRecord, family: 4 | 6, tables: TableNames): RouteText {
  const unreadable = (text: string): RouteText => ({
    kind: 'refused',
    why: { kind: 'unreadable', text },
  });
  const unsupported = (text: string): RouteText => ({
    kind: 'refused',
    why: { kind: 'unsupported', text },
  });
  for (const key of ['encap', 'nhid', 'from', 'src']) {
    if (key in route) return unsupported(key);
  }
  const type = textOf(route, 'type') ?? 'unicast';
  const destination = textOf(route, 'dst') ?? '';
  if (!TYPES.has(type)) return unsupported(`type ${type}`);
  if (destination !== 'default' && prefixFamily(destination) !== family) {
    return unreadable(`destination ${destination}`);
  }
  const words = [
    type,
    destination === 'default' ? (family === 6 ? '::/0' : '0.0.0.0/0') : destination,
  ];
  const tos = textOf(route, 'tos');
  if (tos !== null) {
    if (!isWord(tos)) return unreadable(`tos ${tos}`);
    words.push('tos', tos);
  }
  const table = tables.numberOf(textOf(route, 'table') ?? 'main');
  if (table === null) return unreadable(`table ${textOf(route, 'table')}`);
  words.push('table', table);
  const protocol = textOf(route, 'protocol') ?? 'boot';
  words.push('proto', PROTOCOLS.has(protocol) || /^\d{1,3}$/.test(protocol) ? protocol : 'static');
  const scope = textOf(route, 'scope');
  if (family === 4 && scope !== null && isWord(scope)) words.push('scope', scope);
  const source = textOf(route, 'prefsrc');
  if (source !== null) {
    if (addressFamily(source) === null) return unreadable(`source ${source}`);
    words.push('src', source);
  }
  const metric = numberOf(route, 'metric');
  if (isCount(metric) && metric > 0) words.push('metric', String(metric));
  for (const metrics of recordsOf(route, 'metrics')) {
    for (const name of METRICS) {
      const value = numberOf(metrics, name);
      if (isCount(value)) words.push(name, String(value));
    }
  }
  const hops = recordsOf(route, 'nexthops');
  const single = nexthop(route);
  if (single === null || hops.some((hop) => nexthop(hop) === null)) return unreadable('nexthop');
  words.push(...single);
  for (const hop of hops) {
    words.push('nexthop', ...(nexthop(hop) ?? []), 'weight', String(weightOf(hop)));
  }
  return { kind: 'route', words: words.join(' ') };
}

function weightOf(hop: JsonRecord): number {
  const weight = numberOf(hop, 'weight');
  return isCount(weight) && weight > 0 && weight <= 256 ? weight : 1;
}

/** `via`, `dev` and `onlink` of a route or of one of its nexthops; null when they are not safe. */
function nexthop(hop: JsonRecord): readonly string[] | null {
  const words: string[] = [];
  const gateway = textOf(hop, 'gateway');
  const via = recordOf(hop, 'via');
  const host = textOf(via, 'host');
  if (gateway !== null) {
    if (addressFamily(gateway) === null) return null;
    words.push('via', gateway);
  } else if (host !== null) {
    if (addressFamily(host) === null) return null;
    words.push('via', textOf(via, 'family') === 'inet6' ? 'inet6' : 'inet', host);
  }
  const device = textOf(hop, 'dev');
  if (device !== null) {
    if (!isDeviceName(device)) return null;
    words.push('dev', device);
  }
  if (wordsOf(hop, 'flags').includes('onlink')) words.push('onlink');
  return words;
}

/**
 * Whether a route that stands and is not listed is too much. Who lists one table only says nothing of
 * the others: what the kernel made there stays.
 */
export function isTooMuch(text: string, listed: readonly Line[], family: 4 | 6): boolean {
  const table = tableOf(text);
  return (
    table === 'main' ||
    listed.some((line) => line.fact.family === family && tableOf(line.text) === table)
  );
}

function tableOf(text: string): string {
  return / table (\S+)/.exec(text)?.[1] ?? 'main';
}
