import type { Lab } from '../../lab/lab.ts';
import { LabError } from '../../lab/open-lab.ts';
import { awaitPorts } from '../../lab/replay/await-links.ts';
import type { Incident } from './load-incident.ts';

/** Builds an incident's topology in an empty laboratory, until its bridges forward. */
export async function buildIncident(lab: Lab, { composed }: Incident): Promise<void> {
  await lab.build(composed);
  const late = await awaitPorts(lab, [
    ...composed.namespaces
      .filter(({ ip = [] }) => ip.some((line) => / type bridge\b/.test(line)))
      .map(({ name }) => name),
    ...composed.segments.map(({ name }) => `segment-${name}`),
  ]);
  const [port] = late;
  if (port) throw new LabError(`${port.namespace} ${port.name}: the bridge does not forward`);
}
