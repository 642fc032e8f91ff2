import type { NftTable } from '../../kernel/netfilter/nft/table.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import { type JsonElement, readJsonElements } from '../json-elements.ts';
import { isObject, textOf } from '../json-value.ts';
import { error, warning } from '../make-issue.ts';
import { readTable } from './read-table.ts';
import { type TableDraft, TableDrafts } from './table-draft.ts';

/**
 * Reads `nft -j list ruleset`, with or without `-a`. Tables are in the order of their making.
 * A damaged listing gives what could be read, and issues for the rest. Tables whose rules nft
 * cannot show (iptables-nft) or whose family is not modelled come with their name only.
 */
export function parseNftRuleset(text: string, file: string): Parsed<readonly NftTable[]> {
  const { value: elements, issues: damage } = readJsonElements(text, file, 'nftables');
  const issues: Issue[] = [...damage];
  const drafts = new TableDrafts();
  let recognised = elements.length === 0 && isEmptyListing(text);
  for (const element of elements) {
    const problem = addToDraft(element, file, drafts);
    recognised ||= problem === null;
    if (problem) issues.push(problem);
  }
  if (!recognised) {
    issues.push(error('not-nft-json', { file, line: 1 }, text.trimStart().slice(0, 60)));
  }
  const tables: NftTable[] = [];
  for (const draft of drafts.all()) {
    const table = readTable(draft, file);
    tables.push(table.value);
    issues.push(...table.issues);
  }
  return { value: tables.sort((a, b) => a.handle - b.handle), issues };
}

function isEmptyListing(text: string): boolean {
  return /^\s*\{\s*"nftables"\s*:\s*\[\s*\]\s*\}\s*$/.test(text);
}

/** Puts an object of the listing into its table's draft, or says why it cannot. */
function addToDraft(element: JsonElement, file: string, drafts: TableDrafts): Issue | null {
  const source = { file, line: element.line };
  const [kind = ''] = isObject(element.value) ? Object.keys(element.value) : [];
  const json = isObject(element.value) ? element.value[kind] : undefined;
  const unexpected = error('unexpected-object', source, element.raw.slice(0, 80));
  if (!isObject(json)) return unexpected;
  if (kind === 'metainfo') return null;
  const draft = drafts.of(json, kind === 'table' ? 'name' : 'table');
  if (!draft) return unexpected;
  const listed = { json, source };
  switch (kind) {
    case 'table':
      draft.table = listed;
      return null;
    case 'chain':
      draft.chains.push(listed);
      return null;
    case 'rule':
      draft.rules.push(listed);
      return null;
    case 'set':
    case 'map':
      draft.sets.push(listed);
      return null;
    case 'element':
      draft.elements.push(listed);
      return null;
    case 'limit':
    case 'quota':
      addLimit(draft, kind, json);
      return null;
    case 'ct helper':
      draft.hasHelper = true;
      return null;
    default:
      return NO_EFFECT.has(kind) ? null : warning('unknown-nft-object', source, kind);
  }
}

/** Objects that only the statements that name them make effective. */
const NO_EFFECT: ReadonlySet<string> = new Set([
  'counter',
  'ct expectation',
  'ct timeout',
  'flowtable',
  'secmark',
  'synproxy',
  'tunnel',
]);

function addLimit(draft: TableDraft, kind: string, json: Readonly<Record<string, unknown>>): void {
  const name = textOf(json, 'name');
  if (name !== null) draft.limits.set(`${kind} ${name}`, json);
}
