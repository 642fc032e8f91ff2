import { XT_TABLES, type XtTableName } from '../../linux/priority.ts';
import { type Address, parseAddress } from '../../packet/address.ts';
import { shellWords } from './shell-words.ts';

/** What of an iptables command matters to the reading of a log. */
export type IptablesCommand =
  | {
      readonly kind: 'log-rule';
      readonly table: XtTableName;
      readonly chain: string;
      readonly destination: Address | null;
      /** Whether more than a whole destination address has to match. */
      readonly narrowed: boolean;
      readonly prefix: string;
      readonly insert: boolean;
    }
  | { readonly kind: 'flush'; readonly table: XtTableName; readonly chain: string | null }
  | { readonly kind: 'other' };

const COMMAND = /(?:^|[\s$#;&|(])(?:ip6?tables(?:-legacy|-nft)?)\s+(-.*)$/;
const SAVED = /^(?:\[\d{1,20}:\d{1,20}\] )?-A .* -j LOG\b/;

/**
 * Reads an iptables command, or a rule as iptables-save prints it under `*table`. Null when the
 * line holds neither.
 */
export function parseIptablesCommand(
  line: string,
  savedTable: XtTableName | null,
): IptablesCommand | null {
  const command = COMMAND.exec(line);
  const text = command?.[1] ?? (savedTable !== null && SAVED.test(line) ? line : null);
  if (text === null) return null;
  return readWords(shellWords(text), savedTable ?? 'filter');
}

/** `*nat` of an iptables-save. */
export function savedTableLine(line: string): XtTableName | null {
  return line.startsWith('*') ? tableNamed(line.slice(1)) : null;
}

function tableNamed(name: string): XtTableName | null {
  return XT_TABLES.find((table) => table === name) ?? null;
}

function readWords(words: readonly string[], defaultTable: XtTableName): IptablesCommand {
  let table: XtTableName | null = defaultTable;
  let action: { readonly insert: boolean; readonly chain: string } | null = null;
  let flush: { readonly chain: string | null } | null = null;
  let destination: Address | null = null;
  let narrowed = false;
  let prefix = '';
  let log = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = words[at + 1] ?? '';
    if (word === '-t' || word === '--table') table = tableNamed(next);
    else if (/^(?:-A|--append|-I|--insert)$/.test(word)) {
      action = { insert: word.toLowerCase().startsWith('-i') || word === '--insert', chain: next };
    } else if (word === '-F' || word === '--flush') {
      flush = { chain: /^[A-Za-z][\w.-]{0,28}$/.test(next) ? next : null };
    } else if (word === '-d' || word === '--destination' || word === '--dst') {
      destination = parseAddress(next.replace(/\/(?:32|128)$/, ''));
      narrowed ||= destination === null;
    } else if (word === '-j' || word === '--jump') log ||= next === 'LOG';
    else if (word === '--log-prefix') prefix = next;
    else if (/^(?:-s|-p|-i|-o|-m|!|--source|--protocol|--in-interface|--match)$/.test(word)) {
      narrowed = true;
    }
  }
  if (table === null) return { kind: 'other' };
  if (flush) return { kind: 'flush', table, chain: flush.chain };
  if (!action || !log || !/^[\w.:-]{1,28}$/.test(action.chain)) return { kind: 'other' };
  const { insert, chain } = action;
  return { kind: 'log-rule', table, chain, destination, narrowed, prefix, insert };
}
