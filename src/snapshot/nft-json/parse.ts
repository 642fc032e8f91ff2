import type { NftTable } from '../../kernel/netfilter/nft/table.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import { type JsonElement, readJsonElements } from '../json-elements.ts';
import { isObject } from '../json-value.ts';
import { error, warning } from '../make-issue.ts';
import { addObject } from './add-object.ts';
import { readTable } from './read-table.ts';
import { TableDrafts } from './table-draft.ts';

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
  switch (addObject(drafts, kind, { json, source })) {
    case 'added':
      return null;
    case 'unexpected':
      return unexpected;
    case 'unknown':
      return warning('unknown-nft-object', source, kind);
  }
}
