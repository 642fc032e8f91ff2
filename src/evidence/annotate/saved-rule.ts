import { type Address, parseAddress } from '../../packet/address.ts';
import { parsePrefix } from '../../packet/prefix.ts';

/** The words of a rule as iptables-save prints it, as far as they name something. */
export interface SavedRule {
  readonly chain: string;
  readonly source: Address | null;
  /** One whole address. */
  readonly destination: Address | null;
  readonly protocol: string | null;
  readonly dport: number | null;
  readonly comment: string | null;
  /** A chain or a target. */
  readonly target: string | null;
  readonly translatedTo: { readonly address: Address; readonly port: number | null } | null;
}

const RULE = /^(?:\[\d{1,20}:\d{1,20}\] )?-[AI] (\S{1,64}) /;
const WORD = /"(?:[^"\\]|\\.)*"|\S+/g;

/** Reads a rule of iptables-save; null when the line is none. Linear in the line. */
export function readSavedRule(line: string): SavedRule | null {
  const head = RULE.exec(line);
  if (!head) return null;
  const words = line.slice(head[0].length).match(WORD) ?? [];
  const found: { -readonly [Key in keyof SavedRule]: SavedRule[Key] } = {
    chain: head[1] ?? '',
    source: null,
    destination: null,
    protocol: null,
    dport: null,
    comment: null,
    target: null,
    translatedTo: null,
  };
  let negated = false;
  for (const [index, word] of words.entries()) {
    const next = words[index + 1] ?? '';
    if (negated) {
      negated = false;
      continue;
    }
    if (word === '!') negated = true;
    else if (word === '-s') found.source = wholeAddress(next);
    else if (word === '-d') found.destination = wholeAddress(next);
    else if (word === '-p') found.protocol = next;
    else if (word === '--dport') found.dport = /^\d{1,5}$/.test(next) ? Number(next) : null;
    else if (word === '--comment') found.comment = next.replace(/^"|"$/g, '');
    else if (word === '-j' || word === '-g') found.target = next;
    else if (word === '--to-destination') found.translatedTo = endOf(next);
  }
  return found;
}

function wholeAddress(text: string): Address | null {
  const prefix = parsePrefix(text);
  if (!prefix || prefix.length !== (prefix.address.family === 4 ? 32 : 128)) return null;
  return prefix.address;
}

function endOf(text: string): SavedRule['translatedTo'] {
  const parts = /^(?:\[([^\]]{1,64})\]|([^:]{1,64}))(?::(\d{1,5}))?$/.exec(text);
  const address = parseAddress(parts?.[1] ?? parts?.[2] ?? '');
  if (!address) return null;
  return { address, port: parts?.[3] === undefined ? null : Number(parts[3]) };
}
