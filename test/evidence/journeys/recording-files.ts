import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Recording } from './present.ts';

/** A recording in a folder, each file compressed. */
export function readRecording(folder: string): Recording {
  const captures: Record<string, Buffer> = {};
  const texts: Record<string, string> = {};
  let log = '';
  for (const name of readdirSync(folder).toSorted()) {
    if (!name.endsWith('.gz')) continue;
    const bytes = gunzipSync(readFileSync(join(folder, name)));
    const file = name.replace(/\.gz$/, '');
    if (file.endsWith('.pcap')) captures[file] = bytes;
    else if (file.endsWith('.txt')) texts[file.replace('.txt', '.pcap')] = bytes.toString('utf8');
    else log = bytes.toString('utf8');
  }
  return { captures, texts, log };
}

export function writeRecording(folder: string, { captures, texts, log }: Recording): void {
  const write = (name: string, content: Buffer | string): void =>
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
  for (const [name, bytes] of Object.entries(captures)) write(name, bytes);
  for (const [name, text] of Object.entries(texts)) write(name.replace('.pcap', '.txt'), text);
  write('kernel.log', log);
}
