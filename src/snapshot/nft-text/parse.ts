import type { NftTable } from '../../kernel/netfilter/nft/table.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import { error, warning } from '../make-issue.ts';
import { addObject } from '../nft-json/add-object.ts';
import { parseNftRuleset } from '../nft-json/parse.ts';
import { readTable } from '../nft-json/read-table.ts';
import { TableDrafts } from '../nft-json/table-draft.ts';
import { typeofNames } from '../nft-json/typeof-names.ts';
import { RulesetReader } from './read-ruleset.ts';

/** Reads a listing of either form, which its first character tells. */
export function parseNftListing(text: string, file: string): Parsed<readonly NftTable[]> {
  const isJson = /^\s*[{[]/.test(text) || (text.trim() === '' && file.endsWith('.json'));
  return isJson ? parseNftRuleset(text, file) : parseNftText(text, file);
}

/**
 * Reads `nft list ruleset`, with or without `-a` and `-s`, into what the JSON listing gives. Tables of
 * iptables-nft, which nft translates with loss, come with their name only.
 */
export function parseNftText(text: string, file: string): Parsed<readonly NftTable[]> {
  const reader = new RulesetReader(text, file, typeofNames);
  reader.read();
  const issues: Issue[] = [...reader.issues];
  const drafts = new TableDrafts();
  for (const { kind, json, line } of reader.objects) {
    const source = { file, line };
    const added = addObject(drafts, kind, { json, source });
    if (added === 'unexpected') issues.push(error('unexpected-object', source, kind));
    if (added === 'unknown') issues.push(warning('unknown-nft-object', source, kind));
  }
  if (reader.objects.length === 0 && text.trim() !== '') {
    issues.push(error('not-nft-text', { file, line: 1 }, text.trimStart().slice(0, 60)));
  }
  const tables: NftTable[] = [];
  for (const draft of drafts.all()) {
    draft.managed = reader.managed.has(`${draft.family} ${draft.name}`);
    const table = readTable(draft, file);
    tables.push(table.value);
    issues.push(...table.issues);
  }
  return { value: tables.sort((a, b) => a.handle - b.handle), issues };
}
