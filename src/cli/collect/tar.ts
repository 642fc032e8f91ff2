import { rename, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import type { SnapshotPaths } from './folder.ts';

/** Writes a tar, compressed when its name says so; `-` is standard output. It is there whole or not at all. */
export async function putIntoTar(place: string, files: SnapshotPaths): Promise<void> {
  const entries = [...files].map(([name, content]) => {
    const body = typeof content === 'string' ? Buffer.from(content) : content;
    return { header: { name, size: body.length, mode: 0o600 }, body };
  });
  const tar = await packTar(entries);
  if (place === '-') {
    await new Promise<void>((resolve) => {
      process.stdout.write(tar, () => resolve());
    });
    return;
  }
  const part = `${place}.collecting-${process.pid}`;
  try {
    await writeFile(part, /\.(?:gz|tgz)$/.test(place) ? gzipSync(tar) : tar, { mode: 0o600 });
    await rename(part, place);
  } finally {
    await rm(part, { force: true });
  }
}
