import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MATCH_GRAMMARS } from '../../../../src/snapshot/iptables-save/match/registry.ts';
import { TARGET_GRAMMARS } from '../../../../src/snapshot/iptables-save/target/registry.ts';
import { IP6TABLES_ONLY, IPTABLES_ONLY } from '../../../docs/support-reasons.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../../paths/namespaces.ts';
import { ABSENT } from './absent.ts';
import { LOCAL_RULES } from './local-rules.ts';
import { PASSES } from './passes.ts';
import { TARGET_CASES } from './target-cases.ts';

/**
 * Every match and target that is read has cases against the kernel, with each of its options, and
 * with each that can be negated so. What the kernel cannot load is listed, and tried.
 */

/** Names that stand for another option, which has the cases. */
const ALIASES: Readonly<Record<string, string>> = {
  '--source-port': '--sport',
  '--destination-port': '--dport',
  '--source-ports': '--sports',
  '--destination-ports': '--dports',
  '--set': '--match-set',
  '--ttl': '--ttl-eq',
  '--hl': '--hl-eq',
  '--kerneltz': '--localtz',
};

/** Options that say how something is stored or told, and no case could show. */
const SILENT: ReadonlySet<string> = new Set(['--log', '--nflog-range']);

const RULES: readonly string[] = [
  ...PASSES.flatMap(({ rules }) => [
    ...(rules.first ?? []),
    ...rules.both,
    ...rules.ipv4,
    ...rules.ipv6,
  ]),
  ...LOCAL_RULES,
];
const TARGETS: readonly string[] = TARGET_CASES.flatMap(({ target, also = [], shows = [] }) => [
  `-j ${target}`,
  ...also,
  ...shows,
]);

interface Entry {
  readonly options: ReadonlyMap<string, number>;
  readonly negatable: readonly string[];
}

/** Everything that a case must have: `-m NAME`, `-m NAME --option`, `-m NAME ! --option`. */
function wanted(flag: '-m' | '-j', grammars: ReadonlyMap<string, Entry>): readonly string[] {
  return [...grammars].flatMap(([name, { options, negatable }]) => [
    `${flag} ${name}`,
    ...[...options.keys()].map((option) => `${flag} ${name} ${option}`),
    ...negatable.map((option) => `${flag} ${name} ! ${option}`),
  ]);
}

function isShown(construct: string, rules: readonly string[]): boolean {
  const [flag = '', name = '', ...option] = construct.split(' ');
  const part = option.at(-1);
  if (part !== undefined && SILENT.has(part)) return true;
  const negated = option[0] === '!';
  return rules.some((rule) => {
    if (!` ${rule} `.includes(` ${flag} ${name} `)) return false;
    if (part === undefined) return true;
    return [part, ALIASES[part]].some((text) => {
      if (text === undefined) return false;
      const at = ` ${rule} `.indexOf(` ${negated ? '! ' : ''}${text} `);
      return at >= 0;
    });
  });
}

function missingFrom(constructs: readonly string[], rules: readonly string[]): readonly string[] {
  const absent = ABSENT.map(({ construct }) => construct);
  return constructs.filter(
    (construct) =>
      !isShown(construct, rules) &&
      !absent.some((one) => construct === one || `${construct} `.startsWith(`${one} `)) &&
      !absent.includes(construct.replace(' ! ', ' ')),
  );
}

describe('each construct has a case against the kernel', () => {
  test('matches', () => {
    expect(missingFrom(wanted('-m', MATCH_GRAMMARS), RULES)).toEqual([]);
  });

  test('targets', () => {
    expect(missingFrom(wanted('-j', TARGET_GRAMMARS), [...TARGETS, ...RULES])).toEqual([]);
  });

  test('one without a case is found', () => {
    const fewer = RULES.filter((rule) => !rule.includes('-m ecn '));
    expect(missingFrom(wanted('-m', MATCH_GRAMMARS), fewer)).toContain('-m ecn ! --ecn-ip-ect');
  });
});

/** Files of the installed iptables; none where it lies elsewhere. */
function extensions(): readonly string[] {
  const folder = '/usr/lib/x86_64-linux-gnu/xtables';
  return existsSync(folder) ? readdirSync(folder) : [];
}

const missing = labMissing(['ip', 'iptables-legacy', 'iptables-nft']);

describe.skipIf(missing !== null)(
  `the iptables of this machine${missing ? ` (${missing})` : ''}`,
  () => {
    let ns: Namespaces;
    beforeAll(() => {
      ns = makeNamespaces(['absent'], 69);
    });
    afterAll(() => ns?.dispose());

    test.each(ABSENT.map((one) => [one.construct, one] as const))(
      'cannot load %s',
      (_, { table, rule }) => {
        const line = rule.startsWith('-A ') ? rule : `-A PREROUTING ${rule}`;
        const chain = table === 'filter' && !rule.startsWith('-A ') ? `-A INPUT ${rule}` : line;
        for (const backend of ['legacy', 'nft']) {
          const load = () =>
            ns.run('absent', [`iptables-${backend}-restore`], `*${table}\n${chain}\nCOMMIT\n`);
          expect(load, backend).toThrow();
        }
      },
    );

    test('has for one program alone what the matrix says', () => {
      const names = (prefix: string): readonly string[] =>
        extensions().flatMap(
          (file) => new RegExp(`^lib${prefix}_(\\w+)\\.so$`).exec(file)?.[1] ?? [],
        );
      const [v4, v6] = [names('ipt'), names('ip6t')];
      if (v4.length === 0) return;
      // What libxt has, and one of the programs does not take.
      const others = ['QUEUE', 'osf'];
      const only4 = v4.filter((name) => !v6.includes(name));
      expect([...only4, ...others].sort()).toEqual([...IPTABLES_ONLY].sort());
      expect(v6.filter((name) => !v4.includes(name)).sort()).toEqual([...IP6TABLES_ONLY].sort());
    });

    test('has no extension that is not known', () => {
      const folder = '/usr/lib/x86_64-linux-gnu/xtables';
      const files = existsSync(folder) ? readdirSync(folder) : [];
      const names = files.flatMap((file) => /^lib(?:xt|ipt|ip6t)_(\w+)\.so$/.exec(file)?.[1] ?? []);
      const absent = ABSENT.map(({ construct }) => construct.split(' ')[1]);
      // Parts that other extensions share.
      const inner = ['NAT', 'standard'];
      const unknown = names.filter(
        (name) =>
          !MATCH_GRAMMARS.has(name) &&
          !TARGET_GRAMMARS.has(name) &&
          !absent.includes(name) &&
          !inner.includes(name) &&
          // Its programs are not modelled; the rule is named.
          name !== 'bpf',
      );
      expect(unknown).toEqual([]);
    });
  },
);
