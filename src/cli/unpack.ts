import { PassThrough, Readable } from 'node:stream';
import * as zlib from 'node:zlib';

export type Compression = 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4';

const MAGICS: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
];

/** How the file is compressed, by its first bytes; null when it is not. */
export function compressionOf(head: Uint8Array): Compression | null {
  return MAGICS.find(([, magic]) => magic.every((byte, at) => head[at] === byte))?.[0] ?? null;
}

/** A stream of what was packed. */
export interface Unpacked {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Whether the packed file turned out to be cut off or damaged; known at the end. */
  isCut(): boolean;
}

/** Null for a compression that this Node does not have. zstd came with Node 22.15. */
export function unpack(
  compression: Compression,
  packed: AsyncIterable<Uint8Array>,
): Unpacked | null {
  const unpacker = unpackerOf(compression);
  if (!unpacker) return null;
  let cut = false;
  const source = Readable.from(packed);
  const out = new PassThrough();
  // What was unpacked before the damage is good.
  unpacker.on('error', () => {
    cut = true;
    source.destroy();
    out.end();
  });
  source.on('error', (error) => out.destroy(error));
  out.on('close', () => source.destroy());
  source.pipe(unpacker).pipe(out);
  return { bytes: out, isCut: () => cut };
}

function unpackerOf(compression: Compression): NodeJS.ReadWriteStream | null {
  if (compression === 'gzip') return zlib.createGunzip();
  const zstd = (zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream })
    .createZstdDecompress;
  return compression === 'zstd' && zstd ? zstd() : null;
}
