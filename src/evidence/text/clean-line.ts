/**
 * Evidence is pasted into chats, issues, web pages and mails. This takes off what they put
 * around a line; what is left is what the program printed. Every step is linear in the line.
 */

/** Nothing that is recognised is longer: the kernel's log buffer is 1 kB, tcpdump's lines fit. */
const MAX_LINE = 8192;

const ENTITIES: Readonly<Record<string, string>> = {
  '&gt;': '>',
  '&lt;': '<',
  '&amp;': '&',
  '&quot;': '"',
  '&apos;': "'",
  '&nbsp;': ' ',
};
const ENTITY = /&(?:gt|lt|amp|quot|apos|nbsp|#\d{1,5}|#x[0-9a-fA-F]{1,4});/g;
const TAG = /<\/?(?:pre|code|p|br|span|div|td|tr|li|b|tt|strong)(?: [^<>]{0,200})?\/?>/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals colour what they print
const COLOUR = /\u001b\[[0-9;]{0,20}[A-Za-z]/g;
const QUOTE = /^(?:[\s\u00a0\ufeff>|`]|[-*+•] +(?=[^\s]))+/;

/** The line without quoting, list marks, tags, HTML escapes, colours and line end. */
export function cleanLine(raw: string): string {
  let line = raw.length > MAX_LINE ? raw.slice(0, MAX_LINE) : raw;
  if (line.includes('\u001b')) line = line.replace(COLOUR, '');
  if (line.includes('<')) line = line.replace(TAG, '');
  if (line.includes('&')) line = line.replace(ENTITY, decodeEntity);
  return line.replace(QUOTE, '').replace(/[\s`]+$/, '');
}

function decodeEntity(entity: string): string {
  const named = ENTITIES[entity];
  if (named !== undefined) return named;
  const hex = entity.startsWith('&#x');
  return String.fromCharCode(Number.parseInt(entity.slice(hex ? 3 : 2, -1), hex ? 16 : 10));
}

/**
 * A copy that does not keep its origin alive: engines make a piece of a large text share the
 * text's memory, and a kept line would then keep its whole chunk.
 */
export function ownCopy(text: string): string {
  const copy: unknown = JSON.parse(JSON.stringify(text));
  return typeof copy === 'string' ? copy : text;
}
