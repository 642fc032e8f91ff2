import type { Issue, Parsed } from '../packet/issue.ts';
import { error, info } from './make-issue.ts';

/**
 * Takes a file as it came from a disk and makes the text that parsers expect: no byte order mark,
 * lines that end in a newline only. A file that is not text gives null.
 */
export function checkText(raw: string, file: string): Parsed<string | null> {
  const issues: Issue[] = [];
  const at = { file, line: 1 };
  let text = raw;
  if (text.charCodeAt(0) === 0xfeff) {
    text = text.slice(1);
    issues.push(info('byte-order-mark', at, ''));
  }
  if (isBinary(text)) {
    return { value: null, issues: [...issues, error('not-text', at, 'binary')] };
  }
  if (text.includes('\r')) {
    text = text.replaceAll(/\r\n?/g, '\n');
    issues.push(info('crlf', at, ''));
  }
  return { value: text, issues };
}

/** NUL appears in no text; many other control characters or undecodable bytes neither. */
function isBinary(text: string): boolean {
  const head = text.slice(0, 4096);
  if (head.includes('\u0000')) return true;
  let strange = 0;
  for (let i = 0; i < head.length; i++) {
    const c = head.charCodeAt(i);
    if ((c < 32 && c !== 9 && c !== 10 && c !== 13 && c !== 27) || c === 0xfffd) strange++;
  }
  return strange > head.length / 20;
}
