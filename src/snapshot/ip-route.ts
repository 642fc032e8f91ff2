import type { Nexthop, Route, RouteScope, RouteType } from '../kernel/routing/route.ts';
import { type Address, IPV4_ANY, parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { type Prefix, parsePrefix } from '../packet/prefix.ts';
import { type JsonElement, readJsonElements } from './json-elements.ts';
import {
  has,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  parseNumber,
  textOf,
  textsOf,
} from './json-value.ts';
import { error, warning } from './make-issue.ts';

/**
 * Reads `ip -j [-d] route show table all`. A file may hold both families, whatever its name says:
 * each route's own words tell its family, and the file's only where they do not.
 */
export function parseIpRoute(
  text: string,
  file: string,
  fileFamily: 4 | 6,
): Parsed<readonly Route[]> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const routes: Route[] = [];
  for (const element of elements) {
    const source = { file, line: element.line };
    const route = parseRoute(element, source.line, { file, fileFamily, issues });
    if (route) routes.push(route);
    else issues.push(error('unreadable-record', source, element.raw.slice(0, 80)));
  }
  return { value: routes, issues };
}

interface RouteContext {
  readonly file: string;
  readonly fileFamily: 4 | 6;
  readonly issues: Issue[];
}

const TYPES: readonly RouteType[] = [
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
];

function parseRoute(element: JsonElement, line: number, context: RouteContext): Route | null {
  const { value } = element;
  if (!isObject(value)) return null;
  const source = { file: context.file, line };
  const typeText = textOf(value, 'type') ?? 'unicast';
  const type = TYPES.find((known) => known === typeText);
  const destination = destinationOf(element, value, context.fileFamily);
  if (!type || !destination) return null;
  const from = sourceOf(value, destination.address.family);
  const unsupported = unsupportedOf(value, from !== null);
  for (const what of unsupported) {
    context.issues.push(warning('unsupported-construct', source, `route ${what}`));
  }
  const nexthops = nexthopsOf(value);
  if (!nexthops) return null;
  const metrics = objectsOf(value, 'metrics')[0];
  const tos = dsfield(textOf(value, 'tos'));
  if (tos === null) return null;
  return {
    type,
    destination,
    table: tableName(textOf(value, 'table') ?? 'main'),
    scope: scopeOf(textOf(value, 'scope'), type, destination.address.family),
    protocol: textOf(value, 'protocol') ?? 'unspec',
    prefsrc: parseAddress(textOf(value, 'prefsrc') ?? ''),
    metric: numberOf(value, 'metric') ?? 0,
    tos,
    nexthops,
    ...(has(value, 'nhid') ? { byObject: true as const } : {}),
    mtu: numberOf(value, 'mtu') ?? (metrics ? numberOf(metrics, 'mtu') : null),
    advmss: numberOf(value, 'advmss') ?? (metrics ? numberOf(metrics, 'advmss') : null),
    ...(from ? { from } : {}),
    ...preferenceOf(textOf(value, 'pref')),
    ...(unsupported.length > 0 ? { unsupported } : {}),
    source,
  };
}

/**
 * The destination. An encapsulating route prints its tunnel's `dst` after its own under the same
 * key, and a JSON parser keeps the last, so the first is taken from the text.
 */
function destinationOf(element: JsonElement, route: JsonObject, fileFamily: 4 | 6): Prefix | null {
  const text = has(route, 'encap')
    ? (/"dst"\s*:\s*"([^"]{1,64})"/.exec(element.raw)?.[1] ?? null)
    : textOf(route, 'dst');
  if (text === 'default') {
    const family = familyOf(route) ?? fileFamily;
    return { address: family === 4 ? IPV4_ANY : { family: 6, bits: 0n }, length: 0 };
  }
  return text === null ? null : parsePrefix(text);
}

/** The family by what a route says beside its destination; only IPv6 routes have a `pref`. */
function familyOf(route: JsonObject): 4 | 6 | null {
  const texts = [textOf(route, 'prefsrc'), textOf(route, 'from')];
  for (const hop of [route, ...objectsOf(route, 'nexthops')]) texts.push(textOf(hop, 'gateway'));
  for (const text of texts) {
    const address = text === null ? null : (parsePrefix(text)?.address ?? null);
    if (address) return address.family;
  }
  if (has(route, 'pref') || textOf(route, 'protocol') === 'ra') return 6;
  return null;
}

function nexthopsOf(route: JsonObject): readonly Nexthop[] | null {
  const list = objectsOf(route, 'nexthops');
  if (list.length === 0) {
    const device = textOf(route, 'dev');
    return device === null ? [] : toList(nexthop(route, device));
  }
  const hops: Nexthop[] = [];
  for (const item of list) {
    const hop = nexthop(item, textOf(item, 'dev') ?? '');
    if (!hop) return null;
    hops.push(hop);
  }
  return hops;
}

function toList(hop: Nexthop | null): readonly Nexthop[] | null {
  return hop ? [hop] : null;
}

function nexthop(hop: JsonObject, device: string): Nexthop | null {
  const gatewayText = textOf(hop, 'gateway');
  const viaText = textOf(objectOf(hop, 'via') ?? {}, 'host');
  const text = gatewayText ?? viaText;
  const gateway: Address | null = text === null ? null : parseAddress(text);
  if (text !== null && !gateway) return null;
  const flags = textsOf(hop, 'flags');
  return {
    gateway,
    device,
    weight: numberOf(hop, 'weight') ?? 1,
    onlink: flags.includes('onlink'),
    dead: flags.includes('dead'),
    linkDown: flags.includes('linkdown'),
  };
}

/** What changes where a packet goes and is not modelled. */
function unsupportedOf(route: JsonObject, hasSource: boolean): readonly string[] {
  const found: string[] = [];
  if (has(route, 'encap')) found.push(`encap ${textOf(route, 'encap') ?? ''}`);
  if (hasSource) return found;
  const from = textOf(route, 'from') ?? (has(route, 'encap') ? null : textOf(route, 'src'));
  if (from !== null && from !== 'all' && from !== 'default') found.push(`from ${from}`);
  return found;
}

/** `from PREFIX` of an IPv6 route, which the kernel keeps in the table of its destination. */
function sourceOf(route: JsonObject, family: 4 | 6): Prefix | null {
  const text = textOf(route, 'from');
  return family === 4 || text === null ? null : parsePrefix(text);
}

function preferenceOf(text: string | null): Pick<Route, 'preference'> {
  return text === 'low' || text === 'high' ? { preference: text } : {};
}

/** Names of /etc/iproute2/rt_tables for the numbers that ip prints when the file is missing. */
export function tableName(text: string): string {
  if (text === '254') return 'main';
  if (text === '255') return 'local';
  return text === '253' ? 'default' : text;
}

const SCOPES = ['global', 'site', 'link', 'host', 'nowhere'] as const;

/** ip leaves the scope out where it is the usual one of the type. Linux: rtm_scope. */
function scopeOf(text: string | null, type: RouteType, family: 4 | 6): RouteScope {
  if (text === null) {
    if (family === 6) return 'global';
    if (type === 'local') return 'host';
    return type === 'broadcast' || type === 'multicast' || type === 'anycast' ? 'link' : 'global';
  }
  return SCOPES.find((known) => known === text) ?? parseNumber(text) ?? 'global';
}

/** Names of /etc/iproute2/rt_dsfield that ip prints instead of numbers. */
const DSFIELDS: Readonly<Record<string, number>> = {
  default: 0x00,
  lowcost: 0x02,
  reliability: 0x04,
  throughput: 0x08,
  lowdelay: 0x10,
  AF11: 0x28,
  AF12: 0x30,
  AF13: 0x38,
  AF21: 0x48,
  AF22: 0x50,
  AF23: 0x58,
  AF31: 0x68,
  AF32: 0x70,
  AF33: 0x78,
  AF41: 0x88,
  AF42: 0x90,
  AF43: 0x98,
  CS1: 0x20,
  CS2: 0x40,
  CS3: 0x60,
  CS4: 0x80,
  CS5: 0xa0,
  CS6: 0xc0,
  CS7: 0xe0,
  EF: 0xb8,
};

/** A TOS as a number; absent is 0, unreadable is null. */
export function dsfield(text: string | null): number | null {
  if (text === null) return 0;
  if (Object.hasOwn(DSFIELDS, text)) return DSFIELDS[text] ?? null;
  return parseNumber(text) ?? (/^[0-9a-fA-F]{1,2}$/.test(text) ? Number.parseInt(text, 16) : null);
}
