import type { Issue, Parsed } from '../packet/issue.ts';
import { checkText } from './check-text.ts';
import { type Content, detectContent } from './detect-content.ts';
import type { NamedText } from './kubernetes/kube-facts.ts';
import { error, info, warning } from './make-issue.ts';
import { KUBERNETES_KINDS, type KubernetesKind, NETNS_SOURCES, type SourceName } from './source.ts';

/** The checked files of one namespace, by what they hold. */
export interface NetnsFiles {
  readonly node: string;
  readonly netns: string | null;
  readonly files: ReadonlyMap<SourceName, NamedText>;
}

/** A snapshot's files in their places. */
export interface Layout {
  readonly netns: readonly NetnsFiles[];
  readonly kubernetes: ReadonlyMap<KubernetesKind, NamedText>;
  readonly declaration: NamedText | null;
  /** Paths under `evidence/`: logs, captures and text, read by others. */
  readonly evidence: readonly string[];
}

/** Puts the files of a snapshot, by path relative to its root, into their places. */
export function layOut(files: ReadonlyMap<string, string>): Parsed<Layout> {
  const issues: Issue[] = [];
  const namespaces = new Map<string, MutableNetns>();
  const kubernetes = new Map<KubernetesKind, NamedText>();
  const evidence: string[] = [];
  let declaration: NamedText | null = null;
  const root = commonRoot([...files.keys()]);

  const check = (path: string, raw: string): NamedText | null => {
    const checked = checkText(raw, path);
    issues.push(...checked.issues);
    return checked.value === null ? null : { file: path, text: checked.value };
  };
  for (const [path, raw] of files) {
    const parts = path
      .slice(root.length)
      .split('/')
      .filter((part) => part !== '.' && part !== '');
    const place = placeOf(parts);
    switch (place.kind) {
      case 'netns': {
        const key = `${place.node}/${place.netns ?? ''}`;
        const netns = namespaces.get(key) ?? { ...place, given: [] };
        namespaces.set(key, netns);
        const text = check(path, raw);
        if (text) netns.given.push({ name: place.source, text });
        break;
      }
      case 'kubernetes': {
        const text = check(path, raw);
        if (text) kubernetes.set(place.source, text);
        break;
      }
      case 'declaration':
        declaration = check(path, raw);
        break;
      case 'evidence':
        evidence.push(path);
        break;
      case 'ignored':
        break;
      case 'unknown':
        issues.push(info('unknown-file', { file: path, line: 1 }, parts.at(-1) ?? path));
    }
  }
  const netns = [...namespaces.values()].map((entry) => settle(entry, issues));
  netns.sort((a, b) => compare(a.node, b.node) || compare(a.netns ?? '', b.netns ?? ''));
  for (const [kind, text] of kubernetes) checkKubernetes(kind, text, issues);
  return { value: { netns, kubernetes, declaration, evidence: evidence.sort() }, issues };
}

interface MutableNetns {
  readonly node: string;
  readonly netns: string | null;
  readonly given: { readonly name: SourceName; readonly text: NamedText }[];
}

type Place =
  | {
      readonly kind: 'netns';
      readonly node: string;
      readonly netns: string | null;
      readonly source: SourceName;
    }
  | { readonly kind: 'kubernetes'; readonly source: KubernetesKind }
  | { readonly kind: 'declaration' | 'evidence' | 'ignored' | 'unknown' };

const SOURCE_OF_FILE: ReadonlyMap<string, SourceName> = new Map([
  ...NETNS_SOURCES.map((source) => [source.file, source.name] as const),
  ['nft-ruleset.txt', 'nft-ruleset'],
  ['nstat.txt', 'nstat'],
  ['subnet.env', 'flannel-subnet'],
]);

/** The node of files that lie in no node's folder: text piped by hand. */
const LONE_NODE = 'node';

function placeOf(parts: readonly string[]): Place {
  const [first = '', second = '', third = '', fourth = '', fifth] = parts;
  const unknown = { kind: 'unknown' } as const;
  const netns = (node: string, name: string | null, file: string): Place => {
    const source = SOURCE_OF_FILE.get(file);
    return source ? { kind: 'netns', node, netns: name, source } : unknown;
  };
  switch (first) {
    case 'nodes':
      // What the collector could not find out: said when it collected, and absent here anyway.
      if (parts.length === 3 && third === 'collect.log') return { kind: 'ignored' };
      if (parts.length === 3) return netns(second, null, third);
      if (third === 'netns' && parts.length === 5) return netns(second, fourth, fifth ?? '');
      return unknown;
    case 'kubernetes': {
      const kind = KUBERNETES_KINDS.find((known) => `${known}.json` === second);
      return kind && parts.length === 2 ? { kind: 'kubernetes', source: kind } : unknown;
    }
    case 'evidence':
      return { kind: 'evidence' };
    case 'truth':
      // What really happened, kept beside recordings for tests: never part of what is known.
      return { kind: 'ignored' };
    default:
      if (parts.length !== 1) return unknown;
      return first === 'snapshot.json' ? { kind: 'declaration' } : netns(LONE_NODE, null, first);
  }
}

/** The folder that holds everything, when the snapshot was given with folders around it. */
function commonRoot(paths: readonly string[]): string {
  const marked = paths
    .map((path) => /^(?:.*?\/)??(?=nodes\/[^/]+\/|kubernetes\/[^/]+\.json$)/.exec(path)?.[0])
    .find((prefix) => prefix !== undefined);
  return marked !== undefined && paths.every((path) => path.startsWith(marked)) ? marked : '';
}

/**
 * Decides what each file of a namespace is. A file whose content is plainly another tool's is
 * used as that, when the place is free, and left out otherwise.
 */
function settle(entry: MutableNetns, issues: Issue[]): NetnsFiles {
  const files = new Map<SourceName, NamedText>();
  const misnamed: { readonly found: Content; readonly text: NamedText }[] = [];
  for (const { name, text } of entry.given) {
    const found = detectContent(text.text);
    if (found === null || fits(name, found)) {
      if (text.text.trim() === '' && !emptyIsKnown(name, text.file)) {
        issues.push(error('empty-file', { file: text.file, line: 1 }, name));
      } else if (!isSecondForm(text, files.get(name))) files.set(name, text);
    } else {
      issues.push(wrongContent(name, found, text));
      misnamed.push({ found, text });
    }
  }
  for (const { found, text } of misnamed) {
    const name = NETNS_SOURCES.find((source) => source.name === found)?.name;
    if (!name || files.has(name)) continue;
    files.set(name, text);
    issues.push(warning('used-as-found', { file: text.file, line: 1 }, name));
  }
  return { node: entry.node, netns: entry.netns, files };
}

function wrongContent(name: string, found: Content, text: NamedText): Issue {
  const source = { file: text.file, line: 1 };
  return error('wrong-content', source, `expected ${name}, found ${found}`);
}

/** Names whose contents look alike or are a part of each other. */
const ALIKE: readonly (readonly Content[])[] = [
  ['ip-route', 'ip6-route', 'ip-route-cache', 'ip6-route-cache'],
  ['ip-rule', 'ip6-rule'],
  ['ip-link', 'ip-addr'],
  ['ip-neigh', 'ip-neigh-proxy'],
  ['iptables-save', 'iptables-nft-save', 'iptables-legacy-save'],
  ['ip6tables-save', 'ip6tables-nft-save', 'ip6tables-legacy-save'],
];

function fits(name: SourceName, found: Content): boolean {
  if (name === found) return true;
  if (ALIKE.some((group) => group.includes(name) && group.includes(found))) return true;
  // Without its first line ip6tables-save looks like iptables-save.
  return name.startsWith('ip6tables') && found === 'iptables-save';
}

/** The text form of what is there as JSON too, which says more. */
function isSecondForm({ file }: NamedText, known: NamedText | undefined): boolean {
  return file.endsWith('.txt') && known?.file.endsWith('.json') === true;
}

/** Commands that print nothing when there is nothing; the others always print something. */
function emptyIsKnown(name: SourceName, file: string): boolean {
  switch (name) {
    case 'nft-ruleset':
      return file.endsWith('.txt');
    case 'ip-link':
    case 'ip-addr':
    case 'ip-rule':
    case 'ip6-rule':
    case 'sysctl':
    case 'uname':
    case 'nstat':
    case 'flannel-subnet':
      return false;
    default:
      return true;
  }
}

function checkKubernetes(kind: KubernetesKind, text: NamedText, issues: Issue[]): void {
  const found = detectContent(text.text);
  if (found !== null && found !== 'kubernetes') issues.push(wrongContent(kind, found, text));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
