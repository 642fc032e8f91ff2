/**
 * A snapshot's files without what differs from one moment to the next: counters, clocks, timers, the
 * numbers that the kernel gives to rules. What the nodes are set to stays.
 */
export function steadyFiles(files: ReadonlyMap<string, string>): Map<string, string> {
  const steady = [...files].map(([path, text]) => [path, steadyText(path, text)] as const);
  return new Map(steady.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The same without what packets and time leave behind (connections, learned neighbours and FDB
 * entries) and without empty tables of iptables, which stay when their only rule is deleted.
 */
export function settings(files: ReadonlyMap<string, string>): Map<string, string> {
  const kept = [...steadyFiles(files)].filter(
    ([path]) => !/\/(conntrack\.txt|nstat\.json|collect\.log|sockets\.txt)$/.test(path),
  );
  return new Map(kept.map(([path, text]) => [path, settingsText(path, text)]));
}

/** Paths on which two states differ. */
export function differing(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

function steadyText(path: string, text: string): string {
  const file = path.split('/').at(-1) ?? '';
  if (/^ip6?tables.*-save\.txt$/.test(file)) return steadySave(text);
  if (file.endsWith('.json')) return steadyJson(file, text);
  if (file === 'conntrack.txt') return steadyConnections(text);
  if (file === 'collect.log') return text.replace(/, \d{4}-\d\d-\d\dT[\d:]+Z$/m, '');
  if (file === 'ipset-save.txt') return steadySets(text);
  if (file === 'sockets.txt' || file === 'sysctl.txt') {
    return sortedLines(text.replace(/^(net\.netfilter\.nf_conntrack_count) = .*$/m, '$1 = 0'));
  }
  return text;
}

function steadySave(text: string): string {
  return text
    .replace(/^(# (?:Generated|Completed)\b.*?) on .*$/gm, '$1')
    .replace(/\[\d+:\d+\]/g, '[0:0]');
}

/** Sets by hash print their elements in the order of a seed that is drawn. */
function steadySets(text: string): string {
  const sets = text.split(/^(?=create )/m).map((set) => {
    const [create = '', ...elements] = set.replace(/ initval 0x[0-9a-f]+/, '').split(/(?<=\n)/);
    return `${create}${(/ hash:/.test(create) ? elements.sort() : elements).join('')}`;
  });
  return sets.join('');
}

/** Without the seconds that are left, and without the kernel's own group reports (IGMP). */
function steadyConnections(text: string): string {
  const lines = text.split('\n').filter((line) => !line.includes('dst=224.0.0.22 '));
  const kept = sortedLines(lines.join('\n').replace(/^(ipv[46] +\d+ \w+ +\d+) \d+/gm, '$1 600'));
  return kept === '' ? '# no connections\n' : kept;
}

function sortedLines(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

/** Numbers that count or measure time, by the name of their field. */
const MOVING = new Set([
  'packets',
  'bytes',
  'handle',
  'fdb_n_learned',
  'expires',
  'used',
  'updated',
]);

function steadyJson(file: string, text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const steady = steadyValue(value);
  // Which counters a new namespace shows depends on packets of the kernel's own, which come or do not.
  if (file === 'nstat.json') return '{"kernel":{}}\n';
  if (file === 'snapshot.json') {
    const { collectedAt: _, ...rest } = steady as Record<string, unknown>;
    return `${JSON.stringify(rest, null, 2)}\n`;
  }
  return jsonLines(steady);
}

/** An array with one element a line, for people and for `diff`. */
function jsonLines(value: unknown): string {
  if (!Array.isArray(value)) return `${JSON.stringify(value)}\n`;
  return `[${value.map((element) => `\n${JSON.stringify(element)}`).join(',')}\n]\n`;
}

function steadyValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(steadyValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key === 'stats' || key === 'stats64') return [];
      if (typeof inner === 'number' && (MOVING.has(key) || key.endsWith('_timer')))
        return [[key, 0]];
      return [[key, steadyValue(inner)]];
    }),
  );
}

function settingsText(path: string, text: string): string {
  const file = path.split('/').at(-1) ?? '';
  if (/^ip6?tables.*-save\.txt$/.test(file)) return withoutEmptyTables(text);
  switch (file) {
    case 'ip-neigh.json':
      return kept(text, ({ state }) => JSON.stringify(state ?? '').includes('PERMANENT'));
    case 'bridge-fdb.json':
      return kept(text, ({ state }) => state === 'permanent' || state === 'static');
    case 'ip-route.json':
    case 'ip6-route.json':
    case 'ip-addr.json':
    case 'ip-link.json':
    case 'bridge-link.json':
      return kept(text, () => true);
    case 'nft-ruleset.json':
      return nftSettings(text);
    default:
      return text;
  }
}

type Entry = Readonly<Record<string, unknown>>;

function kept(text: string, test: (entry: Entry) => boolean): string {
  const entries = (JSON.parse(text) as Entry[]).filter(test);
  return `${entries
    .map((entry) => JSON.stringify(entry))
    .sort()
    .join('\n')}\n`;
}

function withoutEmptyTables(text: string): string {
  const tables = text.split(/^(?=\*)/m).filter((part) => part.startsWith('*'));
  return tables
    .map((table) => table.slice(0, table.indexOf('COMMIT')))
    .filter((table) => /^(-A|\[\d+:\d+\] -A|:\S+ (?!ACCEPT))/m.test(table))
    .sort()
    .join('');
}

const XTABLES = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);

/** Native tables only: what iptables-nft has made is in its own save. */
function nftSettings(text: string): string {
  const { nftables } = JSON.parse(text) as { readonly nftables: readonly Entry[] };
  const native = nftables.filter((entry) =>
    Object.entries(entry).every(([kind, value]) => {
      const { family, table, name } = value as Entry;
      const owner = kind === 'table' ? name : table;
      return kind !== 'metainfo' && !(family === 'ip' && XTABLES.has(String(owner)));
    }),
  );
  return `${native.map((entry) => JSON.stringify(entry)).join('\n')}\n`;
}
