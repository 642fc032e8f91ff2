import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Recordings of single namespaces, pairs of nodes and clusters; `scale/` holds archives. */
export const RECORDED = join(import.meta.dirname, '..', 'recorded');

export const FOLDERS: readonly string[] = readdirSync(RECORDED, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'scale')
  .map((entry) => entry.name)
  .sort();

/** The texts of a folder by path relative to it; captures, which are no text, are empty. */
export function readFolder(folder: string): ReadonlyMap<string, string> {
  const root = join(RECORDED, folder);
  const files = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(root.length + 1);
    files.set(path, entry.name.endsWith('.pcap') ? '' : readFileSync(full, 'utf8'));
  }
  return files;
}
