import { openLab } from '../../src/lab/open-lab.ts';
import { ROUTED } from './observe-routed.ts';
import { hitText, sent } from './observe-support.ts';

/** Run as an ordinary user: what is seen of one translated flow, as one line of JSON. */
const lab = await openLab();
try {
  await lab.build(ROUTED);
  const report = await sent(lab, { from: 'c', protocol: 'tcp', to: '10.99.0.2', port: 80 });
  const dropped = await sent(lab, { from: 'c', protocol: 'tcp', to: '10.2.0.2', port: 81 });
  const { client, visits, sightings, rules, conntrack, counters, blind } = report;
  process.stdout.write(
    JSON.stringify({
      outcome: client.outcome,
      hooks: [...new Set(visits.map(({ namespace, hook }) => `${namespace} ${hook}`))].sort(),
      devices: [
        ...new Set(sightings.map(({ namespace, device }) => `${namespace} ${device}`)),
      ].sort(),
      rules: rules.map(hitText),
      tracked: Object.keys(conntrack),
      counted: Object.keys(counters).sort(),
      blind,
      droppedAt: dropped.visits.at(-1)?.hook,
      drops: dropped.drops,
    }),
  );
} finally {
  await lab.close();
}
