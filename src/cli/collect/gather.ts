import { type CollectLog, parseCollectLog } from '../../probe/collect/collect-log.ts';
import type { Started } from '../../probe/exec.ts';
import { readTar, type TarLimits } from '../read-tar.ts';

/** What the script said of one node. */
export type Gathered =
  | {
      readonly kind: 'node';
      readonly host: string | null;
      readonly node: string;
      /** By path in a snapshot; every part is a plain name. */
      readonly files: ReadonlyMap<string, Uint8Array>;
      readonly log: CollectLog;
    }
  | { readonly kind: 'failed'; readonly host: string | null; readonly why: string };

/** Reads the tar that a running script writes. What did not come whole counts as nothing. */
export async function gather(started: Started, host: string | null): Promise<Gathered> {
  const failed = (why: string): Gathered => ({ kind: 'failed', host, why });
  // A program that could not start has an output that only fails.
  const reading = readTar(started.stdout, LIMITS).catch(() => null);
  const [content, { status, stderr }] = await Promise.all([reading, started.ended]);
  if (status !== 0) return failed(lastWords(stderr) || `ended with ${status ?? 'a signal'}`);
  if (!content || content.damage) return failed(content?.damage?.what ?? 'no archive came');
  const logs = [...content.files.keys()].filter((path) => LOG.test(path));
  const [only = ''] = logs;
  if (logs.length !== 1) return failed('the archive is not one of hookline-collect');
  const node = only.split('/')[1] ?? '';
  const strange = [...content.files.keys()].find((path) => !isPlace(path, node));
  if (strange !== undefined) return failed(`a file that is no snapshot's: ${strange}`);
  const log = parseCollectLog(Buffer.from(content.files.get(only) ?? []).toString('utf8'));
  if (!log.complete) return failed('the collection did not come to its end');
  return { kind: 'node', host, node, files: content.files, log };
}

const LIMITS: TarLimits = {
  largest: 256 * 1024 * 1024,
  total: 1024 * 1024 * 1024,
  wanted: () => true,
};

const LOG = /^nodes\/[^/]+\/collect\.log$/;

/** What another machine sends is of one node, and names no place outside of the snapshot. */
function isPlace(path: string, node: string): boolean {
  const parts = path.split('/');
  if (!parts.every((part) => /^[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*$/.test(part))) return false;
  const [first, second, third] = parts;
  if (first === 'nodes' && second === node) {
    return parts.length === 3 || (parts.length === 5 && third === 'netns');
  }
  return path === 'snapshot.json' || (first === 'kubernetes' && parts.length === 2);
}

function lastWords(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return line.replace(/^hookline-collect: /, '');
}
