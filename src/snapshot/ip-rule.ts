import type { PortRange, RoutingRule, RoutingRuleAction } from '../kernel/routing/route.ts';
import { parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import type { Prefix } from '../packet/prefix.ts';
import { parseProtocol } from '../packet/protocol.ts';
import { groupNumber } from './ip-link.ts';
import { dsfield, tableName } from './ip-route.ts';
import { readJsonElements } from './json-elements.ts';
import { has, isObject, type JsonObject, numberOf, textOf } from './json-value.ts';
import { error, warning } from './make-issue.ts';

/** Reads `ip -j rule show` of one family. */
export function parseIpRule(text: string, file: string): Parsed<readonly RoutingRule[]> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const rules: RoutingRule[] = [];
  for (const { value, line, raw } of elements) {
    const source = { file, line };
    const rule = isObject(value) ? parseRule(value) : null;
    if (!rule) {
      issues.push(error('unreadable-record', source, raw.slice(0, 80)));
      continue;
    }
    for (const what of rule.unsupported) {
      issues.push(warning('unsupported-construct', source, `rule ${what}`));
    }
    rules.push({ ...rule, line: source });
  }
  return { value: rules, issues };
}

/** Selectors that the model does not know; a rule that has one can not be decided. */
const UNSUPPORTED = ['l3mdev', 'flowlabel', 'nat_gateway', 'masquerade'] as const;

function parseRule(rule: JsonObject): RoutingRule | null {
  const priority = numberOf(rule, 'priority');
  const source = selector(rule, 'src', 'srclen');
  const destination = selector(rule, 'dst', 'dstlen');
  const tos = dsfield(textOf(rule, 'tos'));
  const protocolText = textOf(rule, 'ipproto');
  const protocol = protocolText === null ? null : parseProtocol(protocolText);
  const mark = numberOf(rule, 'fwmark');
  const tunnelId = numberOf(rule, 'tun_id');
  const dscpText = textOf(rule, 'dscp');
  const dscp = dscpText === null ? null : dscpOf(dscpText);
  const action = actionOf(rule);
  if (priority === null || source === 'bad' || destination === 'bad' || tos === null) return null;
  if (protocolText !== null && protocol === null) return null;
  if (dscpText !== null && dscp === null) return null;
  if ((has(rule, 'fwmark') && mark === null) || !action) return null;
  const firstUid = numberOf(rule, 'uid_start');
  const lastUid = numberOf(rule, 'uid_end');
  return {
    priority,
    not: has(rule, 'not'),
    source,
    destination,
    fwmark: mark === null ? null : { value: mark, mask: numberOf(rule, 'fwmask') ?? 0xffffffff },
    iif: textOf(rule, 'iif'),
    oif: textOf(rule, 'oif'),
    tos: has(rule, 'tos') ? tos : null,
    ...(dscp === null ? {} : { dscp }),
    ...(tunnelId === null ? {} : { tunnelId }),
    protocol,
    sport: ports(rule, 'sport'),
    dport: ports(rule, 'dport'),
    uidRange: firstUid === null || lastUid === null ? null : { first: firstUid, last: lastUid },
    action,
    unsupported: unsupportedOf(rule),
    line: null,
  };
}

/** A group that is only named can be any. */
function unsupportedOf(rule: JsonObject): readonly string[] {
  const group = textOf(rule, 'suppress_ifgroup');
  const named = group !== null && groupNumber(group) === null;
  const selectors = UNSUPPORTED.filter((key) => has(rule, key));
  return named ? [...selectors, `suppress_ifgroup ${group}`] : selectors;
}

/** `"src": "all"`, or an address with its length beside it when it is not a host's. */
function selector(rule: JsonObject, key: string, lengthKey: string): Prefix | null | 'bad' {
  const text = textOf(rule, key);
  if (text === null || text === 'all') return null;
  const address = parseAddress(text);
  if (!address) return 'bad';
  const full = address.family === 4 ? 32 : 128;
  const length = numberOf(rule, lengthKey) ?? full;
  return length <= full ? { address, length } : 'bad';
}

/** A name of rt_dsfield stands for the whole octet, a number for the six bits alone. */
function dscpOf(text: string): number | null {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const octet = dsfield(text);
  return octet === null ? null : octet >> 2;
}

function ports(rule: JsonObject, key: 'sport' | 'dport'): PortRange | null {
  const one = numberOf(rule, key);
  if (one !== null) return { first: one, last: one };
  const first = numberOf(rule, `${key}_start`);
  const last = numberOf(rule, `${key}_end`);
  return first === null || last === null ? null : { first, last };
}

function actionOf(rule: JsonObject): RoutingRuleAction | null {
  const target = numberOf(rule, 'goto');
  if (target !== null) return { kind: 'goto', priority: target };
  if (has(rule, 'nop')) return { kind: 'nop' };
  const action = textOf(rule, 'action');
  if (action === 'unreachable' || action === 'prohibit' || action === 'blackhole') {
    return { kind: action };
  }
  const table = textOf(rule, 'table');
  if (table !== null) {
    return {
      kind: 'table',
      table: tableName(table),
      suppressPrefixLength: numberOf(rule, 'suppress_prefixlen'),
      suppressGroup: groupNumber(textOf(rule, 'suppress_ifgroup')),
    };
  }
  // `lookup [l3mdev-table]`: the table is the VRF's, so the rule can not be decided.
  return has(rule, 'l3mdev') ? { kind: 'nop' } : null;
}
