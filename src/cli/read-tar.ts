import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { createTarDecoder } from 'modern-tar';

/** The files of an archive, and where it stopped being readable. */
export interface TarContent {
  /** By path as it is written in the archive, without a leading `./`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Files that were left out because of their size in bytes. */
  readonly tooLarge: ReadonlyMap<string, number>;
  /** Why the rest is not known; null when the archive was read to its end. */
  readonly damage: TarDamage | null;
}

export interface TarDamage {
  /** The file in which the archive ends or breaks; null between two files. */
  readonly file: string | null;
  readonly what: string;
}

export interface TarLimits {
  /** Bytes of one file above which it is left out. */
  readonly largest: number;
  /** Bytes of all files together above which reading stops. */
  readonly total: number;
  /** Whether the content of a file is wanted; a name alone has an empty content. */
  readonly wanted: (path: string) => boolean;
}

/**
 * Reads a tar, compressed by gzip or not, from a stream. A file that is cut off is left out; those
 * before it are whole. Never throws for what the archive holds, only for a source that fails.
 */
export async function readTar(
  source: AsyncIterable<Uint8Array>,
  limits: TarLimits,
): Promise<TarContent> {
  const files = new Map<string, Uint8Array>();
  const tooLarge = new Map<string, number>();
  const { readable, writable } = createTarDecoder({ strict: true });
  const fed = feed(await unzipped(source), writable);
  let at: string | null = null;
  let total = 0;
  try {
    for await (const { header, body } of readable) {
      const isFile = header.type === 'file' || header.type === undefined;
      const path = plainPath(header.name);
      const wanted = isFile && limits.wanted(path);
      const fits = header.size <= limits.largest;
      if (isFile) at = path;
      if (wanted && fits) total += header.size;
      if (total > limits.total) throw new Error('too large to be read as a whole');
      const parts: Uint8Array[] = [];
      for await (const part of body) if (wanted && fits) parts.push(part);
      if (wanted && !fits) tooLarge.set(path, header.size);
      else if (isFile) files.set(path, Buffer.concat(parts));
      at = null;
    }
  } catch (error) {
    return { files, tooLarge, damage: { file: at, what: words((await fed) ?? error) } };
  }
  await fed;
  return { files, tooLarge, damage: null };
}

/** Hands the bytes to the decoder; resolves to the source's own error. */
async function feed(
  source: AsyncIterable<Uint8Array>,
  writable: WritableStream<Uint8Array>,
): Promise<unknown> {
  const writer = writable.getWriter();
  // The reader meets the decoder's errors; they must not count as unhandled here.
  writer.closed.catch(() => {});
  try {
    for await (const bytes of source) {
      const failed = await writer.write(bytes).then(
        () => false,
        () => true,
      );
      if (failed) return null;
    }
  } catch (error) {
    await writer.abort(error);
    return error;
  }
  await writer.close().catch(() => {});
  return null;
}

/** The two words for one damage, of the decoder and of zlib, become one. */
function words(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/truncated|unexpected end of file/.test(text)) return 'the archive ends too early';
  return text.replace(/\.$/, '');
}

function plainPath(name: string): string {
  return name.replace(/^(?:\.?\/)+/, '');
}

/** Unzips where the first bytes are gzip's. */
async function unzipped(source: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* again(): AsyncIterable<Uint8Array> {
    if (first.done) return;
    yield first.value;
    for (;;) {
      const next = await iterator.next();
      if (next.done) return;
      yield next.value;
    }
  }
  if (first.done || !isGzip(first.value)) return again();
  const compressed = Readable.from(again(), { objectMode: false });
  const plain = createGunzip();
  compressed.once('error', (error) => plain.destroy(error));
  return compressed.pipe(plain);
}

/** Whether a regular file is a tar by its first header, compressed or not. A pipe is not looked into. */
export async function isTar(path: string): Promise<boolean> {
  if (!(await stat(path)).isFile()) return false;
  let file: FileHandle | null = null;
  try {
    file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    const head = buffer.subarray(0, bytesRead);
    return hasTarMagic(isGzip(head) ? startOf(head) : head);
  } finally {
    await file?.close();
  }
}

const HEAD = 16 * 1024;

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** What can be unzipped of a beginning. */
function startOf(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: 2 });
  } catch {
    return Buffer.alloc(0);
  }
}

/** POSIX.1-1988: `ustar` at offset 257 of a header block. */
function hasTarMagic(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar';
}
