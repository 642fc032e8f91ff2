import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseNftListing } from '../../../../src/snapshot/nft-text/parse.ts';
import { CONSTRUCTS, constructsOf } from '../../../nft/constructs.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../../paths/namespaces.ts';
import { FRAME_RULESETS } from '../frame-cases.ts';
import { PLACES, type Place, rulesetOf } from './expression-cases.ts';
import { NOT_LOADED, OTHER_NAMES } from './not-loaded.ts';
import { statementRuleset } from './statement-cases.ts';

/** Whatever the model registers of nftables has a case on the kernel, or this kernel does not take it. */
const missing = labMissing(['ip', 'nft']);

describe.skipIf(missing !== null)(`the cases${missing ? ` (${missing})` : ''}`, () => {
  let namespaces: Namespaces;
  beforeAll(() => {
    namespaces = makeNamespaces(['host'], 950);
    const pairs = ['d0 type veth peer name d1', 'cni0 type bridge', 'vq2 type veth peer name vx1'];
    for (const pair of pairs) namespaces.run('host', ['ip', 'link', 'add', ...pair.split(' ')]);
  });
  afterAll(() => namespaces?.dispose());

  /** The constructs of a ruleset as nft lists it. */
  function heldBy(ruleset: string): ReadonlySet<string> {
    namespaces.run('host', ['nft', '-f', '-'], `flush ruleset\n${ruleset}`);
    const listings = [
      namespaces.run('host', ['nft', '-j', 'list', 'ruleset']),
      namespaces.run('host', ['nft', '-a', 'list', 'ruleset']),
    ];
    const names = listings.flatMap((text) => {
      const { value, issues } = parseNftListing(text, 'nft-ruleset');
      expect(issues).toEqual([]);
      const rules = value.flatMap(({ chains }) =>
        [...chains.values()].flatMap((chain) => chain.rules),
      );
      return rules.flatMap(({ statements }) => statements.flatMap(constructsOf));
    });
    return new Set(names.map(({ name }) => name));
  }

  test('there is one for every construct, or a reason why this kernel has none', () => {
    const held = [
      rulesetOf(Object.keys(PLACES) as Place[]),
      statementRuleset(),
      ...FRAME_RULESETS,
    ].map(heldBy);
    const covered = new Set(held.flatMap((names) => [...names]));
    const excused = new Set([
      ...NOT_LOADED.flatMap(({ constructs }) => constructs),
      ...OTHER_NAMES.map(({ construct }) => construct),
    ]);
    expect(CONSTRUCTS.filter((name) => !covered.has(name) && !excused.has(name))).toEqual([]);
    // An excuse that is not needed any more is none.
    expect([...excused].filter((name) => covered.has(name))).toEqual([]);
    expect([...excused].filter((name) => !CONSTRUCTS.includes(name))).toEqual([]);
    expect([...covered].filter((name) => name.startsWith('unsupported '))).toEqual([]);
  });

  test.each(NOT_LOADED)('$rule is refused', ({ family, head, rule, because }) => {
    const table = (text: string) =>
      `flush ruleset\ntable ${family} t {\nchain c {\n${head}\n${text}\n}\n}\n`;
    // The chain alone is taken.
    namespaces.run('host', ['nft', '-f', '-'], table('counter'));
    expect(() => namespaces.run('host', ['nft', '-f', '-'], table(rule))).toThrow(because);
  });

  test.each(OTHER_NAMES)(
    '$rule is listed as $listedAs',
    ({ construct, family, rule, listedAs }) => {
      const chain = `chain c {\ntype filter hook input priority 0;\n${rule}\n}`;
      const held = heldBy(`table ${family} t {\n${chain}\n}\n`);
      expect(held.has(listedAs)).toBe(true);
      expect(held.has(construct)).toBe(false);
    },
  );
});
