import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A file that iptables-save wrote on a real node. */
export interface RecordedSave {
  readonly file: string;
  readonly family: 4 | 6;
  readonly text: string;
}

const ROOT = new URL('../recorded/', import.meta.url).pathname;

/** Every iptables-save among the recordings, each text once. */
export function recordedSaves(): readonly RecordedSave[] {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).sort();
  const texts = new Map<string, RecordedSave>();
  for (const path of files) {
    const name = basename(path);
    if (!/^ip6?tables(?:-legacy|-nft)?-save\.txt$/.test(name)) continue;
    const text = readFileSync(`${ROOT}${path}`, 'utf8');
    texts.set(text, { file: path, family: name.startsWith('ip6') ? 6 : 4, text });
  }
  return [...texts.values()];
}

/** The lines without comments. */
export function withoutComments(text: string): string {
  return text.replace(/^#.*\n/gm, '');
}
