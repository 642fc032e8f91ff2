import { factOf, type NetnsDraft } from '../draft.ts';
import { type Entry, flagOf, type JsonRecord, numberOf, textOf } from '../read/records.ts';
import { addressFamily, isCount, isDeviceName, isWord } from '../read/safe-words.ts';
import type { Line, Why } from '../rebuild.ts';
import type { TableNames } from './table-names.ts';

const ACTIONS = new Set(['blackhole', 'unreachable', 'prohibit']);

/** The routing rules of one family as words for `ip rule`. */
export function ruleLines(
  netns: Pick<NetnsDraft, 'place'>,
  entries: readonly Entry[],
  family: 4 | 6,
  tables: TableNames,
  refuse: (line: Line, why: Why) => void,
): readonly Line[] {
  return entries.flatMap(({ value, source }): readonly Line[] => {
    const fact = factOf(netns, 'rule', ruleSubject(value), { source, family });
    const words = ruleWords(value, family, tables);
    if (typeof words === 'string') {
      refuse({ text: '', fact }, { kind: 'unsupported', text: words });
      return [];
    }
    return [{ text: words.join(' '), fact }];
  });
}

function ruleSubject(rule: JsonRecord): string {
  const words = Object.entries(rule).map(([key, value]) => `${key} ${value ?? ''}`.trim());
  return `rule ${words.join(' ')}`;
}

/** Words of one rule as `ip -j rule show` prints it, or the key that cannot be said. */
function ruleWords(
  rule: JsonRecord,
  family: 4 | 6,
  tables: TableNames,
): readonly string[] | string {
  const words: string[] = [];
  const priority = numberOf(rule, 'priority');
  if (!isCount(priority)) return 'priority';
  words.push('pref', String(priority));
  if ('not' in rule) words.unshift('not');
  const from = selector(rule, 'src', family);
  const to = selector(rule, 'dst', family);
  if (from === undefined || to === undefined) return 'src or dst';
  words.push('from', from ?? 'all');
  if (to !== null) words.push('to', to);
  const mark = textOf(rule, 'fwmark');
  if (mark !== null) {
    const mask = textOf(rule, 'fwmask');
    const text = mask === null ? mark : `${mark}/${mask}`;
    if (!/^(?:0x[0-9a-f]+|\d+)(?:\/(?:0x[0-9a-f]+|\d+))?$/i.test(text)) return 'fwmark';
    words.push('fwmark', text);
  }
  for (const key of ['iif', 'oif'] as const) {
    const device = textOf(rule, key);
    if (device === null) continue;
    if (!isDeviceName(device)) return key;
    words.push(key, device);
  }
  for (const key of ['tos', 'ipproto'] as const) {
    const value = textOf(rule, key);
    if (value === null) continue;
    if (!isWord(value)) return key;
    words.push(key, value);
  }
  for (const key of ['sport', 'dport'] as const) {
    const range = [numberOf(rule, `${key}_start`), numberOf(rule, `${key}_end`)];
    const one = numberOf(rule, key);
    if (isCount(one)) words.push(key, String(one));
    else if (range.every(isCount)) words.push(key, range.join('-'));
  }
  const users = [numberOf(rule, 'uid_start'), numberOf(rule, 'uid_end')];
  if (users.every(isCount)) words.push('uidrange', users.join('-'));
  if ('l3mdev' in rule) words.push('l3mdev');
  const protocol = textOf(rule, 'protocol');
  if (protocol !== null && ['kernel', 'boot', 'static'].includes(protocol)) {
    words.push('protocol', protocol);
  }
  return target(rule, words, tables);
}

function target(rule: JsonRecord, words: string[], tables: TableNames): readonly string[] | string {
  const name = textOf(rule, 'table');
  const goTo = numberOf(rule, 'goto');
  const action = textOf(rule, 'action');
  if (name !== null) {
    const table = tables.numberOf(name);
    if (table === null) return 'table';
    words.push('table', table);
    const suppressed = numberOf(rule, 'suppress_prefixlen');
    if (isCount(suppressed)) words.push('suppress_prefixlength', String(suppressed));
  } else if (isCount(goTo)) words.push('goto', String(goTo));
  else if (action !== null) {
    if (!ACTIONS.has(action)) return `action ${action}`;
    words.push(action);
  } else if ('nop' in rule || flagOf(rule, 'nop')) words.push('nop');
  return words;
}

/** `ADDRESS/LENGTH`, null for all, undefined when it is unreadable. */
function selector(rule: JsonRecord, key: 'src' | 'dst', family: 4 | 6): string | null | undefined {
  const address = textOf(rule, key);
  if (address === null || address === 'all') return null;
  if (addressFamily(address) !== family) return undefined;
  const length = numberOf(rule, `${key}len`);
  if (length === null) return address;
  return isCount(length) && length <= (family === 4 ? 32 : 128)
    ? `${address}/${length}`
    : undefined;
}
