import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterAll, describe, expect, it } from 'vitest';
import { isTar, readTar, type TarLimits } from './read-tar.ts';

const ALL: TarLimits = { largest: 1e6, total: 1e7, wanted: () => true };
const TEXT = 'a line\n'.repeat(200);

/** Two files in folders, the second one after `512 + 1536` bytes of the first. */
async function example(): Promise<Uint8Array> {
  return packTar([
    { header: { name: './', size: 0, type: 'directory' } },
    { header: { name: './nodes/n1/one.txt', size: TEXT.length }, body: TEXT },
    { header: { name: 'nodes/n1/two.txt', size: TEXT.length }, body: TEXT },
    { header: { name: 'nodes/n1/link', size: 0, type: 'symlink', linkname: 'one.txt' } },
    { header: { name: 'nodes/n1/empty.txt', size: 0 }, body: '' },
  ]);
}

/** In pieces of a size that falls across every border. */
async function* pieces(bytes: Uint8Array, size = 300): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const sizes = (files: ReadonlyMap<string, Uint8Array>): Record<string, number> =>
  Object.fromEntries([...files].map(([path, bytes]) => [path, bytes.length]));

const WHOLE = {
  'nodes/n1/one.txt': TEXT.length,
  'nodes/n1/two.txt': TEXT.length,
  'nodes/n1/empty.txt': 0,
};

describe('readTar', () => {
  it.each([
    ['plain', (bytes: Uint8Array) => bytes],
    ['compressed', (bytes: Uint8Array) => gzipSync(bytes)],
  ])('reads the files of a %s archive, and no links', async (_what, wrap) => {
    const { files, damage } = await readTar(pieces(wrap(await example())), ALL);
    expect({ sizes: sizes(files), damage }).toEqual({ sizes: WHOLE, damage: null });
    expect(Buffer.from(files.get('nodes/n1/one.txt') ?? []).toString()).toBe(TEXT);
  });

  it.each<[what: string, bytes: number, files: readonly string[], file: string | null]>([
    ['in its first header', 100, [], null],
    ['in the first file', 512 * 2 + 700, [], 'nodes/n1/one.txt'],
    ['between two files', 512 * 5, ['nodes/n1/one.txt'], null],
    ['in the second file', 512 * 7, ['nodes/n1/one.txt'], 'nodes/n1/two.txt'],
  ])('an archive cut %s gives the files before', async (_what, bytes, names, file) => {
    const { files, damage } = await readTar(pieces((await example()).subarray(0, bytes)), ALL);
    expect([...files.keys()]).toEqual(names);
    expect(damage).toEqual({ file, what: 'the archive ends too early' });
  });

  it('a compressed archive that is cut gives one damage too', async () => {
    const cut = gzipSync(await example(), { level: 0 }).subarray(0, 512 * 7);
    const { files, damage } = await readTar(pieces(cut), ALL);
    expect([...files.keys()]).toEqual(['nodes/n1/one.txt']);
    expect(damage?.what).toBe('the archive ends too early');
  });

  it('names a broken header and keeps what stands before it', async () => {
    const broken = Uint8Array.from(await example());
    broken[512 * 5 + 3] = 1;
    const { files, damage } = await readTar(pieces(broken), ALL);
    expect([...files.keys()]).toEqual(['nodes/n1/one.txt']);
    expect(damage).toEqual({ file: null, what: 'Invalid tar header checksum' });
  });

  it('leaves out a file that is too large, and stops where all are', async () => {
    const large = await readTar(pieces(await example()), { ...ALL, largest: 100 });
    expect(large.tooLarge.get('nodes/n1/two.txt')).toBe(TEXT.length);
    expect([...large.files.keys()]).toEqual(['nodes/n1/empty.txt']);
    const bomb = await readTar(pieces(await example()), { ...ALL, total: 2000 });
    expect(bomb.damage).toEqual({
      file: 'nodes/n1/two.txt',
      what: 'too large to be read as a whole',
    });
  });

  it('gives a file that is not wanted by its name only', async () => {
    const { files } = await readTar(pieces(await example()), { ...ALL, wanted: () => false });
    expect(sizes(files)).toEqual({
      'nodes/n1/one.txt': 0,
      'nodes/n1/two.txt': 0,
      'nodes/n1/empty.txt': 0,
    });
  });
});

describe('isTar', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookline-tar-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each<[what: string, bytes: () => Promise<Uint8Array>, tar: boolean]>([
    ['a tar', example, true],
    ['a compressed tar', async () => gzipSync(await example()), true],
    ['the start of one', async () => gzipSync(await example()).subarray(0, 150), true],
    ['a compressed log', async () => gzipSync(TEXT), false],
    ['a text', async () => Buffer.from(TEXT), false],
    ['nothing', async () => new Uint8Array(), false],
  ])('%s', async (_what, bytes, tar) => {
    const path = join(folder, 'file');
    writeFileSync(path, await bytes());
    expect(await isTar(path)).toBe(tar);
  });

  it('a folder is none', async () => {
    expect(await isTar(folder)).toBe(false);
  });
});
