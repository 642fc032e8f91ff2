import { shellWords } from './shell-words.ts';

/** What tcpdump says around its packets, and the command that started it. */
export type CaptureNotice =
  | { readonly kind: 'command'; readonly device: string | null }
  | { readonly kind: 'listening'; readonly device: string; readonly linkType: string }
  | { readonly kind: 'end'; readonly dropped: number | null }
  | { readonly kind: 'chatter' };

const COMMAND = /(?:^|[\s$#;&|(])tcpdump((?:\s+.*)?)$/;
const LISTENING = /^(?:tcpdump: )?listening on (\S{1,40}), link-type ([^,]{1,60})/;
const COUNT = /^(\d{1,12}) packets? (captured|received by filter|dropped by (?:kernel|interface))$/;
const CHATTER =
  /^(?:tcpdump: (?:verbose output suppressed|data link type|WARNING)|reading from file |dropped privs to )/;

/** Null when the line is none of these. */
export function parseCaptureNotice(line: string): CaptureNotice | null {
  const listening = LISTENING.exec(line);
  if (listening) {
    return { kind: 'listening', device: listening[1] ?? '', linkType: (listening[2] ?? '').trim() };
  }
  const count = COUNT.exec(line);
  if (count) {
    return { kind: 'end', dropped: count[2]?.startsWith('dropped') ? Number(count[1]) : null };
  }
  if (CHATTER.test(line)) return { kind: 'chatter' };
  const command = COMMAND.exec(line);
  if (!command || !/^\s+-/.test(command[1] ?? '')) return null;
  return { kind: 'command', device: deviceOption(shellWords(command[1] ?? '')) };
}

function deviceOption(words: readonly string[]): string | null {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    // Letters may be bundled: -nni eth0, -ieth0, --interface=eth0.
    const bundled = /^-[a-zA-Z#]{0,12}?i(.{0,40})$/.exec(word);
    const long = /^--interface(?:=(.{1,40}))?$/.exec(word);
    const inline = bundled?.[1] ?? long?.[1] ?? '';
    if (!bundled && !long) continue;
    const device = inline === '' ? words[at + 1] : inline;
    return device === undefined || device === 'any' ? null : device;
  }
  return null;
}
