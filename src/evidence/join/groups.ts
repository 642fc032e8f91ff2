import type { EvidenceGroup } from '../evidence.ts';
import type { Observation } from '../observation.ts';

/** The logs and captures of a set of observations, before anything is inferred of them. */
export function groupsOf(observations: readonly Observation[]): readonly EvidenceGroup[] {
  const groups = new Map<string, EvidenceGroup>();
  for (const { vantage, source, clock, timeBase } of observations) {
    const known = groups.get(vantage.group);
    if (known) {
      // `-i any` sees many devices.
      const device = known.device === vantage.device ? known.device : null;
      if (device !== known.device) groups.set(vantage.group, { ...known, device });
      continue;
    }
    groups.set(vantage.group, {
      id: vantage.group,
      kind: vantage.kind,
      file: source.file,
      node: vantage.node,
      netns: vantage.netns,
      device: vantage.device,
      label: vantage.kind === 'log' ? source.file : vantage.label,
      clock,
      timeBase,
      side: null,
      signs: [],
      nodeFrom: vantage.node === null ? null : vantage.kind === 'log' ? 'line' : 'path',
    });
  }
  return [...groups.values()];
}
