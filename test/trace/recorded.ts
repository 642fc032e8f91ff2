import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Reads every text file of a recorded snapshot, by its path below the folder. */
export function readRecorded(name: string): ReadonlyMap<string, string> {
  const root = join(import.meta.dirname, '..', 'recorded', name);
  const files = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.pcap')) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(root, path), readFileSync(path, 'utf8'));
  }
  return files;
}

/** One row of a recorded flows table (see test/recorded/README.md). */
export interface FlowRow {
  readonly client: string;
  readonly service: string;
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly kind: string;
  readonly result: string;
}

/** The rows of `truth/flows-norm.tsv`. */
export function readFlowRows(files: ReadonlyMap<string, string>): readonly FlowRow[] {
  const text = files.get('truth/flows-norm.tsv');
  if (text === undefined) throw new Error('no truth/flows-norm.tsv');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [client = '', service = '', protocol = '', target = '', kind = '', result = ''] =
        line.split('\t');
      const colon = target.lastIndexOf(':');
      return {
        client,
        service,
        protocol,
        address: target.slice(0, colon),
        port: Number(target.slice(colon + 1)),
        kind,
        result,
      };
    });
}
