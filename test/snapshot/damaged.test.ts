import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembleWith } from '../../src/snapshot/assemble-with.ts';
import { FOLDERS, readFolder } from './read-folder.ts';
import { WITHOUT_RULES } from './without-rules.ts';

const FOLDER = 'seed-udp-nomasq-rpf1';
const whole = readFolder(FOLDER);
const paths = [...whole.keys()].filter((path) => /^(?:nodes|kubernetes)\//.test(path));

const load = (files: ReadonlyMap<string, string>) => assembleWith(files, WITHOUT_RULES);

/** How many facts a snapshot has, whatever they are. */
function size({ value }: ReturnType<typeof load>): number {
  let total = 0;
  for (const state of value.network.namespaces.values()) {
    if (state.origin.kind !== 'captured') continue;
    total += state.devices?.length ?? 0;
    total += state.routing.routes?.length ?? 0;
    total += state.conntrack?.length ?? 0;
    total += state.sockets?.length ?? 0;
    total += state.sysctls.values.size;
  }
  return total + (value.kube.services?.length ?? 0) + (value.kube.endpoints?.length ?? 0);
}

const full = size(load(whole));

test('a file cut anywhere is read up to the cut, and the rest of the snapshot with it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (path, at) => {
        const text = whole.get(path) ?? '';
        const cut = text.slice(0, Math.floor(text.length * at));
        const result = load(new Map([...whole, [path, cut]]));
        expect(result.value.network.namespaces.has('n1')).toBe(true);
        expect(size(result)).toBeGreaterThan(full / 3);
        const inList =
          path.endsWith('.json') && cut.trim().length > 1 && cut.trim() !== text.trim();
        if (inList && !path.includes('nft-ruleset')) {
          const lost = result.issues.filter(
            (i) => i.severity === 'error' && i.source.file === path,
          );
          expect(lost.length, path).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('half of a route list keeps its first half and marks the routes as partial', () => {
  const path = 'nodes/n1/ip-route.json';
  const text = whole.get(path) ?? '';
  const { value, issues } = load(new Map([...whole, [path, text.slice(0, 700)]]));
  const routing = value.network.namespaces.get('n1')?.routing;
  expect(routing?.partial).toBe(true);
  expect(routing?.routes?.length).toBeGreaterThan(2);
  expect(issues).toContainEqual(
    expect.objectContaining({ code: 'truncated', source: { file: path, line: 1 } }),
  );
});

test('garbage in any file is named and never thrown', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.constantFrom(...paths.map((path) => whole.get(path) ?? '')),
        fc.json(),
      ),
      (path, text) => {
        const result = load(new Map([...whole, [path, text]]));
        expect(size(result)).toBeGreaterThan(full / 3);
      },
    ),
    { numRuns: 50 },
  );
});

test('changed bytes anywhere are survived', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.array(
        fc.tuple(fc.nat(), fc.constantFrom('"', '{', '}', '[', ',', '\n', '0', 'x', '\u0000')),
        {
          minLength: 1,
          maxLength: 8,
        },
      ),
      (path, edits) => {
        let text = whole.get(path) ?? '';
        for (const [at, character] of edits) {
          const i = at % (text.length + 1);
          text = text.slice(0, i) + character + text.slice(i + 1);
        }
        load(new Map([...whole, [path, text]]));
      },
    ),
    { numRuns: 50 },
  );
});

test('carriage returns change nothing but the note of them', () => {
  const windows = new Map([...whole].map(([path, text]) => [path, text.replaceAll('\n', '\r\n')]));
  const result = load(windows);
  expect(result.value).toEqual(load(whole).value);
  expect(new Set(result.issues.map((i) => i.code))).toEqual(new Set(['crlf']));
});

test.each(FOLDERS)('%s with every file after it in one is no worse than named', (folder) => {
  const files = readFolder(folder);
  const doubled = new Map(
    [...files].map(([path, text]) => [path, path.startsWith('nodes/') ? text + text : text]),
  );
  const { issues } = load(doubled);
  expect(issues.filter((i) => i.severity === 'error')).toEqual([]);
});

test.each([
  ['nothing at all', new Map<string, string>()],
  ['only evidence', new Map([['evidence/n1/kern.log', 'x']])],
])('%s is said to be no snapshot', (_name, files) => {
  const { value, issues } = load(files);
  expect(value.network.namespaces.size).toBe(0);
  expect(issues.map((i) => i.code)).toEqual(['no-namespaces']);
});
