import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files by path in a snapshot. */
export type SnapshotPaths = ReadonlyMap<string, string | Uint8Array>;

/**
 * Puts what was collected into a snapshot's folder, which may hold other nodes already: first into
 * a folder that no loader takes for a part of it, then each node by one rename. A node that is
 * there already stays as it is; its name is returned. Only the owner may read the files.
 */
export async function putIntoFolder(
  folder: string,
  nodes: ReadonlyMap<string, SnapshotPaths>,
  others: SnapshotPaths,
): Promise<readonly string[]> {
  const work = join(folder, `.collecting-${process.pid}`);
  const taken: string[] = [];
  try {
    for (const [node, files] of nodes) {
      const prefix = `nodes/${node}/`;
      for (const [path, content] of files) {
        await writePrivate(join(work, 'node', path.slice(prefix.length)), content);
      }
      const place = join(folder, prefix);
      await mkdir(dirname(place), { recursive: true, mode: 0o700 });
      if (await exists(place)) taken.push(node);
      else await rename(join(work, 'node'), place);
      await rm(join(work, 'node'), { recursive: true, force: true });
    }
    if (taken.length === nodes.size) return taken;
    for (const [path, content] of others) {
      const place = join(folder, path);
      if (path === 'snapshot.json' && (await exists(place))) continue;
      await writePrivate(join(work, 'file'), content);
      await mkdir(dirname(place), { recursive: true, mode: 0o700 });
      await rename(join(work, 'file'), place);
    }
    return taken;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writePrivate(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content, { mode: 0o600 });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
