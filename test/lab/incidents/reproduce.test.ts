import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildIncident } from '../../../src/cli/incident/build-incident.ts';
import { compose } from '../../../src/cli/incident/compose.ts';
import { type Incident, loadIncident } from '../../../src/cli/incident/load-incident.ts';
import { runOf, sendBoth } from '../../../src/cli/incident/run-incident.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { INCIDENTS } from '../../incidents/recorded.ts';

const missing = labMissing(['ip', 'bridge', 'nft', 'ipset', 'conntrack', 'iptables-legacy']);

describe.skipIf(missing !== null)(
  `incidents on this kernel${missing ? ` (${missing})` : ''}`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await openLab();
    });
    afterAll(() => lab.close());

    async function mismatchesOf(incident: Incident) {
      try {
        await buildIncident(lab, incident);
        return runOf(incident, await sendBoth(lab, incident)).mismatches;
      } finally {
        await lab.clear({});
      }
    }

    test.each(
      INCIDENTS.filter(({ notHere }) => notHere === undefined).map((i) => [i.id, i] as const),
    )('%s: the kernel does what its recipe says', async (_id, incident) =>
      expect(await mismatchesOf(incident)).toEqual([]),
    );

    test('without what breaks it, the flow works and the incident is not reproduced', async () => {
      const broken = loadIncident('incidents/docker-forward-policy-drop');
      const whole = loadIncident('incidents/founding-vxlan-loose');
      const sound = { ...broken, composed: whole.composed };
      expect(await mismatchesOf(sound)).toEqual([
        { what: 'client', expected: 'timeout', found: 'connected' },
        { what: 'drop-reason', expected: 'NETFILTER_DROP', found: 'none' },
      ]);
    });

    test('a control that fails is told', async () => {
      const incident = loadIncident('incidents/docker-forward-policy-drop');
      const found = await mismatchesOf({ ...incident, controlFlow: incident.flow });
      expect(found).toEqual([{ what: 'control', expected: 'connected', found: 'timeout' }]);
    });

    test('an expectation of another reason or place is told', async () => {
      const incident = loadIncident('incidents/docker-forward-policy-drop');
      const expected = { ...incident.expected, place: { at: 'n1', device: 'flannel.1' } };
      expect(await mismatchesOf({ ...incident, expected })).toEqual([
        { what: 'place', expected: 'n1 flannel.1', found: 'n2 flannel.1' },
      ]);
      const reason = { ...incident.expected, dropReason: 'IP_RPFILTER' };
      expect(await mismatchesOf({ ...incident, expected: reason })).toEqual([
        { what: 'drop-reason', expected: 'IP_RPFILTER', found: 'NETFILTER_DROP' },
      ]);
    });

    test('a line that the kernel refuses is named', async () => {
      const incident = loadIncident('incidents/tailscale-cgnat-antispoof-drop');
      const composed = compose([
        { namespaces: { n1: { ip: ['link add x type nosuchkind'] } }, cables: [], segments: {} },
      ]);
      await expect(mismatchesOf({ ...incident, composed })).rejects.toThrow(/nosuchkind/);
    });
  },
);
