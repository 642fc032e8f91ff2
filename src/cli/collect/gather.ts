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
  const strange = [...content.files.keys()].find((path) => !SNAPSHOT_PATH.test(path));
  if (strange !== undefined) return failed(`a file that is no snapshot's: ${strange}`);
  const logs = [...content.files].filter(([path]) => LOG.test(path));
  const [only] = logs;
  if (!only || logs.length > 1) return failed('the archive is not one of hookline-collect');
  const log = parseCollectLog(Buffer.from(only[1]).toString('utf8'));
  if (!log.complete) return failed('the collection did not come to its end');
  return { kind: 'node', host, node: only[0].split('/')[1] ?? '', files: content.files, log };
}

const LIMITS: TarLimits = {
  largest: 256 * 1024 * 1024,
  total: 1024 * 1024 * 1024,
  wanted: () => true,
};

/** What another machine sends names no place outside of the snapshot. */
const SNAPSHOT_PATH =
  /^(?:[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*\/){0,4}[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*$/;
const LOG = /^nodes\/[^/]+\/collect\.log$/;

function lastWords(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return line.replace(/^hookline-collect: /, '');
}
