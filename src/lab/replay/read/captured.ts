import { NETNS_SOURCES, type SourceName } from '../../../snapshot/source.ts';
import type { NotRebuilt } from '../rebuild.ts';
import { type Entry, isRecord, type JsonRecord, parse, readEntries } from './records.ts';

/** A file of the snapshot. */
export interface CapturedFile {
  readonly file: string;
  readonly text: string;
}

/** The raw command outputs of one namespace. */
export interface CapturedNetns {
  readonly node: string;
  /** Null: the node's own. */
  readonly netns: string | null;
  readonly files: ReadonlyMap<SourceName, CapturedFile>;
}

export interface CapturedSnapshot {
  /** Nodes before their pods. */
  readonly netns: readonly CapturedNetns[];
  /** Items of `kubernetes/KIND.json`. */
  readonly kubernetes: ReadonlyMap<string, readonly Entry[]>;
  readonly declaration: { readonly value: JsonRecord; readonly file: string } | null;
}

/** Puts a snapshot's files in their places, by the paths that docs/snapshot.md names. */
export function readCaptured(files: ReadonlyMap<string, string>): CapturedSnapshot {
  const netns = new Map<string, { node: string; netns: string | null; files: Files }>();
  const kubernetes = new Map<string, readonly Entry[]>();
  let declaration: CapturedSnapshot['declaration'] = null;
  const root = commonRoot([...files.keys()]);
  for (const [path, text] of files) {
    const parts = path.slice(root.length).split('/');
    const place = placeOf(parts);
    if (place) {
      const key = JSON.stringify([place.node, place.netns]);
      const entry = netns.get(key) ?? { node: place.node, netns: place.netns, files: new Map() };
      netns.set(key, entry);
      if (text.trim() !== '' || !NEVER_EMPTY.has(place.source)) {
        entry.files.set(place.source, { file: path, text });
      }
    } else if (parts.length === 2 && parts[0] === 'kubernetes') {
      const kind = /^([a-z]+)\.json$/.exec(parts[1] ?? '')?.[1];
      if (kind) kubernetes.set(kind, items(path, text));
    } else if (parts.length === 1 && parts[0] === 'snapshot.json') {
      const value = parse(text);
      if (isRecord(value)) declaration = { value, file: path };
    }
  }
  const found = [...netns.values()].sort((a, b) => order(a, b));
  return { netns: found, kubernetes, declaration };
}

type Files = Map<SourceName, CapturedFile>;

const SOURCE_OF_FILE: ReadonlyMap<string, SourceName> = new Map([
  ...NETNS_SOURCES.map(({ file, name }) => [file, name] as const),
  ['subnet.env', 'flannel-subnet'],
]);

/** Commands that always print something: their empty file says nothing. */
const NEVER_EMPTY: ReadonlySet<SourceName> = new Set<SourceName>([
  'ip-link',
  'ip-addr',
  'ip-rule',
  'ip6-rule',
  'nft-ruleset',
  'sysctl',
  'uname',
  'flannel-subnet',
]);

function placeOf(
  parts: readonly string[],
): { node: string; netns: string | null; source: SourceName } | null {
  const source = SOURCE_OF_FILE.get(parts.at(-1) ?? '');
  if (!source) return null;
  const [first, node = '', third, netns = ''] = parts;
  if (parts.length === 1) return { node: 'node', netns: null, source };
  if (first !== 'nodes') return null;
  if (parts.length === 3) return { node, netns: null, source };
  return third === 'netns' && parts.length === 5 ? { node, netns, source } : null;
}

/** The folder that holds everything, when the snapshot was given with folders around it. */
function commonRoot(paths: readonly string[]): string {
  const marked = paths
    .map((path) => /^(?:.*?\/)??(?=nodes\/[^/]+\/|kubernetes\/[^/]+\.json$)/.exec(path)?.[0])
    .find((prefix) => prefix !== undefined);
  return marked !== undefined && paths.every((path) => path.startsWith(marked)) ? marked : '';
}

function items(file: string, text: string): readonly Entry[] {
  const value = parse(text);
  const list = isRecord(value) ? value.items : value;
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map((item) => ({ value: item, source: { file, line: 1 } }));
}

function order(
  a: Pick<CapturedNetns, 'node' | 'netns'>,
  b: Pick<CapturedNetns, 'node' | 'netns'>,
): number {
  if ((a.netns === null) !== (b.netns === null)) return a.netns === null ? -1 : 1;
  const [x, y] = [`${a.node}/${a.netns ?? ''}`, `${b.node}/${b.netns ?? ''}`];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The entries of a file; a file that is no list is named, once, and is then as if not given. */
export function entriesOf(
  captured: CapturedNetns,
  name: SourceName,
  refuse: (refused: Pick<NotRebuilt, 'code' | 'subject' | 'source' | 'why'>) => void,
): readonly Entry[] | null {
  const file = captured.files.get(name);
  if (!file) return null;
  const entries = file.text.trim() === '' ? [] : readEntries(file.file, file.text);
  if (entries === null) {
    refuse({
      code: 'file',
      subject: file.file,
      source: { file: file.file, line: 1 },
      why: { kind: 'unreadable', text: 'not a JSON list' },
    });
  }
  return entries;
}
