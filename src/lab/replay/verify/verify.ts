import { NETNS_SOURCES, type SourceName } from '../../../snapshot/source.ts';
import type { CommandReport, Lab } from '../../lab.ts';
import type { CapturedFile, CapturedNetns } from '../read/captured.ts';
import { readCaptured } from '../read/captured.ts';
import type { NetnsPlan, NotRebuilt, Rebuild } from '../rebuild.ts';
import { runIn } from '../run-in.ts';
import { compareAddresses, compareLinks } from './compare-links.ts';
import { compareRoutes } from './compare-routes.ts';
import { compareRules } from './compare-rules.ts';
import { compareRulesets } from './compare-rulesets.ts';
import { compareSysctls } from './compare-sysctls.ts';

/** A namespace as the snapshot has it, and as the laboratory does. */
export interface BothStates {
  readonly plan: NetnsPlan;
  readonly wanted: CapturedNetns;
  readonly found: CapturedNetns;
}

/** What is read back. Saves are read with the program that restored them. */
const READ_BACK: readonly SourceName[] = [
  'ip-link',
  'ip-addr',
  'ip-route',
  'ip6-route',
  'ip-rule',
  'ip6-rule',
  'sysctl',
];

/**
 * Reads the rebuilt namespaces with the commands of a collector and holds each output against the
 * snapshot's. What differs is returned, but for what `missing` names already.
 */
export async function verifyReplay(
  lab: Lab,
  files: ReadonlyMap<string, string>,
  rebuild: Rebuild,
  missing: readonly NotRebuilt[],
): Promise<readonly NotRebuilt[]> {
  const known = new Set(missing.map(keyOf));
  const replaced = new Set(
    rebuild.standIns
      .filter(({ kind }) => kind === 'device')
      .map(({ place, subject }) => JSON.stringify([place, subject])),
  );
  const differences: NotRebuilt[] = [];
  for (const wanted of readCaptured(files).netns) {
    const plan = rebuild.namespaces.find(({ place }) => isPlaceOf(place, wanted));
    if (!plan) continue;
    const both = { plan, wanted, found: await readBack(lab, plan, wanted) };
    const isStandIn = (device: string): boolean =>
      replaced.has(JSON.stringify([plan.place, device]));
    differences.push(
      ...compareLinks(both, isStandIn),
      ...compareAddresses(both),
      ...compareRoutes(both),
      ...compareRules(both),
      ...compareSysctls(both),
      ...(await compareRulesets(both, runIn(lab, 60_000))),
    );
  }
  return differences.filter((difference) => !known.has(keyOf(difference)));
}

function keyOf({ code, place, subject }: NotRebuilt): string {
  return JSON.stringify([code, place, subject]);
}

function isPlaceOf(place: NetnsPlan['place'], { node, netns }: CapturedNetns): boolean {
  if (place.kind === 'outside' || place.node !== node) return false;
  return place.kind === 'node' ? netns === null : place.netns === netns;
}

async function readBack(
  lab: Lab,
  plan: NetnsPlan,
  { node, netns, files }: CapturedNetns,
): Promise<CapturedNetns> {
  const sources = NETNS_SOURCES.filter(
    ({ name }) => READ_BACK.includes(name) && (files.has(name) || name === 'ip-addr'),
  );
  const done = await lab.run(sources.map(({ argv }) => ({ namespace: plan.name, argv })));
  const found = sources.map(({ name }, i): [SourceName, CapturedFile] => {
    const report: CommandReport | undefined = done[i];
    return [name, { file: name, text: report?.stdout ?? '' }];
  });
  return { node, netns, files: new Map(found) };
}
