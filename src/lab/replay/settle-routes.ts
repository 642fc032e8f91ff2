import { runBatch } from '../host/batch.ts';
import type { Lab } from '../lab.ts';
import { readEntries } from './read/records.ts';
import type { Line, NetnsPlan, NotRebuilt } from './rebuild.ts';
import { runIn } from './run-in.ts';
import { isTooMuch, routeText } from './state/routes.ts';
import { TableNames } from './state/table-names.ts';

/**
 * Makes the routes of a namespace those that the snapshot lists, whoever made them: the kernel
 * makes some of addresses, a user may have taken one of these away and added others.
 */
export async function settleRoutes(lab: Lab, plan: NetnsPlan): Promise<readonly NotRebuilt[]> {
  if (plan.routes.length === 0) return [];
  const families = new Set(plan.routes.map(({ fact }) => fact.family));
  const missing = new Map<Line, string>();
  // What needs a gateway is refused before the way to the gateway is there: twice is enough.
  for (let round = 0; round < 3; round++) {
    const there = await routesThere(lab, plan, families);
    const wanted = new Set(plan.routes.map(({ text }) => text));
    const add = plan.routes.filter(({ text }) => !there.has(text));
    const remove = [...there]
      .filter(([text, family]) => !wanted.has(text) && isTooMuch(text, plan.routes, family))
      .map(([text]) => text);
    if (add.length === 0 && remove.length === 0) return [];
    missing.clear();
    const lines = [
      ...remove.map((text) => `route del ${text}`),
      ...add.map(({ text }) => `route append ${text}`),
    ];
    for (const { argv, stderr } of await runBatch(runIn(lab), 'ip', plan.name, lines)) {
      const text = argv.slice(3).join(' ');
      const line = add.find((candidate) => candidate.text === text);
      if (line) missing.set(line, stderr.trim());
    }
  }
  return [...missing].map(([{ fact }, text]) => ({
    ...fact,
    why: { kind: 'refused', by: 'ip route', text },
  }));
}

/** The routes that stand, in the words of `routeText`, with their family. */
async function routesThere(
  lab: Lab,
  plan: NetnsPlan,
  families: ReadonlySet<4 | 6 | null>,
): Promise<ReadonlyMap<string, 4 | 6>> {
  const there = new Map<string, 4 | 6>();
  const tables = new TableNames();
  for (const family of [4, 6] as const) {
    if (!families.has(family)) continue;
    const argv = ['ip', '-j', '-d', `-${family}`, 'route', 'show', 'table', 'all'];
    const [done] = await lab.run([{ namespace: plan.name, argv }]);
    for (const { value } of readEntries('', done?.stdout.trim() || '[]') ?? []) {
      const text = routeText(value, family, tables);
      if (text.kind === 'route') there.set(text.words, family);
    }
  }
  return there;
}
