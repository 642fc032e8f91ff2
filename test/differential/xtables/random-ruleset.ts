import { type Place, pick, type Random, randomMatches } from './random-rules.ts';
import { randomTarget } from './random-targets.ts';

const HOOKS: Readonly<Record<Place['table'], readonly Place['hook'][]>> = {
  raw: ['PREROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD'],
};

/** Options that a rule has twice make iptables refuse it. */
function isRepeated(rule: string): boolean {
  const options = rule.match(/(?<= |^)(?:-[spio]|--[a-z-]+)(?= |$)/g) ?? [];
  const kinds = rule.match(/(?<=-m )\w+/g) ?? [];
  return new Set(options).size < options.length || new Set(kinds).size < kinds.length;
}

function randomRule(random: Random, place: Place, chains: readonly string[]): string {
  for (;;) {
    const { needs, text } = randomTarget(random, place);
    const jump = chains.length > 0 && random(3) === 0;
    const target = jump ? `-${pick(random, ['j', 'j', 'g'])} ${pick(random, chains)}` : text;
    const matches = randomMatches(random, place);
    const rule = [jump ? '' : needs, matches, target].filter((part) => part !== '').join(' ');
    if (!isRepeated(rule)) return rule;
  }
}

/** A chain's rules. Jumps lead only to the chains named, so that there is no loop. */
function randomRules(random: Random, chain: string, place: Place, chains: readonly string[]) {
  return Array.from({ length: 2 + random(4) }, () =>
    `-A ${chain} ${randomRule(random, place, chains)}`.trim(),
  );
}

function randomTable(random: Random, table: Place['table']): string {
  const lines: string[] = [];
  const declared: string[] = [];
  for (const hook of HOOKS[table]) {
    const place: Place = { table, hook };
    const first = `${hook.toLowerCase()}-1`;
    const second = `${hook.toLowerCase()}-2`;
    declared.push(`:${first} - [0:0]`, `:${second} - [0:0]`);
    lines.push(
      ...randomRules(random, hook, place, [first, second]),
      ...randomRules(random, first, place, [second]),
      ...randomRules(random, second, place, []),
    );
  }
  const policy =
    table === 'filter' && random(3) === 0
      ? [`:${pick(random, ['INPUT', 'FORWARD'])} DROP [0:0]`]
      : [];
  // What the host sends itself is not compared; it ends before anything counts it.
  const quiet = table === 'raw' ? ['-A OUTPUT -j DROP'] : [];
  return [`*${table}`, ...policy, ...declared, ...lines, ...quiet, 'COMMIT\n'].join('\n');
}

/** A ruleset over all tables and the hooks of a packet that arrives. */
export function randomRuleset(random: Random): string {
  return (['raw', 'mangle', 'nat', 'filter'] as const)
    .map((table) => randomTable(random, table))
    .join('');
}
