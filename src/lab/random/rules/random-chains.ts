import type { RuleContext } from '../random-rules.ts';
import { append, type XtTable } from '../xtables-draft.ts';
import { randomMatches } from './random-matches.ts';
import { randomTarget } from './random-targets.ts';

export type BuiltIn = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

const HOOKS: Readonly<Record<XtTable, readonly BuiltIn[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** Rules at random in random tables: narrow matches, so that most packets pass them. */
export function randomChains(context: RuleContext): void {
  const { random, xtables } = context;
  const table = random.weighted<XtTable>([
    [2, 'raw'],
    [4, 'mangle'],
    [3, 'nat'],
    [5, 'filter'],
  ]);
  const count = 2 + random.below(4);
  for (let i = 0; i < count; i++) {
    const hook = random.pick(HOOKS[table]);
    const place = { table, hook };
    const target = randomTarget(context, place);
    const ends = /DROP|REJECT|DNAT|REDIRECT|NETMAP|198\.51\.100\.77|set 3$/.test(target.text);
    const matches = randomMatches(context, place, target.protocol, !ends);
    if (target.own === undefined && random.chance(0.25)) {
      const chain = `hl-${table}-${hook.toLowerCase()}-${i}`;
      const leave = random.pick(['-j RETURN', `-m mark --mark 0x1 -j RETURN`]);
      append(xtables, table, hook, `${matches} -${random.pick(['j', 'g'])} ${chain}`);
      const text = target.protocol === null ? target.text : `-p ${target.protocol} ${target.text}`;
      append(xtables, table, chain, ...(random.chance(0.5) ? [leave] : []), text);
      continue;
    }
    append(xtables, table, hook, `${matches} ${target.text}`.trim());
    if (target.own) append(xtables, table, hook, target.own);
  }
}
