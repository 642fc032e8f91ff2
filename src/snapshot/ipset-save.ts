import type { Ipset, IpsetEntry } from '../kernel/netfilter/ipset.ts';
import { ipsetDimensions, parseIpsetElement } from '../kernel/netfilter/ipset-element.ts';
import type { Parsed } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { numericElement } from './ipset-save-element.ts';
import { readSetOptions } from './ipset-save-options.ts';
import { type IssueList, newIssueList } from './iptables-save/issue-list.ts';
import { error, warning } from './make-issue.ts';

/** A set while its elements are read. */
interface SetDraft {
  readonly set: Ipset;
  readonly entries: IpsetEntry[];
  readonly unsupported: string[];
}

interface Reading {
  readonly issues: IssueList;
  readonly sets: Map<string, SetDraft>;
}

/**
 * Reads `ipset save` of ipset 6 and 7, every set type. A set of which a line could not be read
 * says so in `unsupported`, because who is a member is then not known. A file that is something
 * else gives the error `not-ipset-save`: its empty value is then no knowledge.
 */
export function parseIpsetSave(text: string, file: string): Parsed<readonly Ipset[]> {
  const reading: Reading = { issues: newIssueList(file), sets: new Map() };
  const lines = text.split('\n');
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const source = { file, line: index + 1, text: line };
    readLine(reading, line, source, index === lines.length - 1);
  }
  const { issues, sets } = reading;
  if (sets.size === 0 && issues.unknownLines > 0) {
    issues.add(error('not-ipset-save', { file, line: 1 }, ''));
  }
  return { value: [...sets.values()].map(finishSet), issues: issues.finish() };
}

function finishSet({ set, entries, unsupported }: SetDraft): Ipset {
  return { ...set, entries, unsupported };
}

function readLine(reading: Reading, line: string, source: SourceRef, cut: boolean): void {
  const { words, open } = splitWords(line);
  const [command, name, ...rest] = words;
  const known = command === 'create' || command === 'add';
  if (!known || name === undefined || rest.length === 0 || open) {
    reading.issues.unknownLine(source, line);
    const draft = name === undefined ? undefined : reading.sets.get(name);
    if (known) draft?.unsupported.push('unreadable line');
    return;
  }
  const draft =
    command === 'create'
      ? createSet(reading, name, rest, source)
      : addElement(reading, name, rest, source);
  if (!draft || !cut) return;
  // `ipset save` ends every line, so a last line without a newline was cut.
  reading.issues.add(warning('truncated', source, name));
  draft.unsupported.push('cut-off line');
}

/** Words by blanks; a comment is quoted and has no quotes in it. */
function splitWords(line: string): { readonly words: readonly string[]; readonly open: boolean } {
  if (!line.includes('"')) return { words: line.split(/\s+/), open: false };
  const words = line.match(/"[^"]*"|[^\s"]+/g) ?? [];
  return { words, open: line.split('"').length % 2 === 0 };
}

function createSet(
  { sets, issues }: Reading,
  name: string,
  [type = '', ...words]: readonly string[],
  source: SourceRef,
): SetDraft {
  const { family, netmask, markmask, unsupported } = readSetOptions(type, words);
  const known = ipsetDimensions(type) !== null;
  if (!known) issues.add(warning('unknown-set-type', source, type));
  for (const option of unsupported) {
    issues.addOnce(warning('unsupported-set-option', source, option));
  }
  if (sets.has(name)) issues.add(warning('repeated-set', source, name));
  const draft: SetDraft = {
    set: { name, type, family, netmask, markmask, entries: [], unsupported: [], source },
    entries: [],
    unsupported: known ? [...unsupported] : [`type ${type}`, ...unsupported],
  };
  sets.set(name, draft);
  return draft;
}

/** What an element carries: no matter of membership. */
const DETAILS = new Set([
  'timeout',
  'packets',
  'bytes',
  'comment',
  'skbmark',
  'skbprio',
  'skbqueue',
]);

function addElement(
  { sets, issues }: Reading,
  name: string,
  [text = '', ...words]: readonly string[],
  source: SourceRef,
): SetDraft | null {
  const draft = sets.get(name);
  if (!draft) {
    issues.addOnce(warning('undeclared-set', source, name));
    return null;
  }
  let nomatch = false;
  let wildcard = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === 'nomatch') nomatch = true;
    else if (word === 'wildcard') wildcard = true;
    else if (DETAILS.has(word) && i + 1 < words.length) i++;
    else {
      issues.addOnce(warning('unsupported-set-option', source, word));
      draft.unsupported.push(word);
      break;
    }
  }
  const element = draft.set.type === 'list:set' ? text : numericElement(text);
  if (!isReadable(draft.set.type, element)) {
    issues.add(warning('unreadable-element', source, text.slice(0, 80)));
    draft.unsupported.push(`element ${text.slice(0, 80)}`);
  }
  draft.entries.push({ element, nomatch, wildcard, source });
  return draft;
}

/** Elements of lists are names of sets; of an unknown type nothing can be said. */
function isReadable(type: string, element: string): boolean {
  const dimensions = ipsetDimensions(type);
  if (type === 'list:set' || dimensions === null) return true;
  return parseIpsetElement(element, dimensions, type === 'bitmap:port') !== null;
}
