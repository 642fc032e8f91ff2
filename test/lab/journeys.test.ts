import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../../src/lab/open-lab.ts';
import { letNamespacesLog } from '../differential/evidence/namespaces-log.ts';
import { labMissing } from '../differential/paths/namespaces.ts';
import { present, type Recording } from '../evidence/journeys/present.ts';
import { writeRecording } from '../evidence/journeys/recording-files.ts';
import { score } from '../evidence/journeys/score.ts';
import { PLAIN, TEXT_FLAGS, WAYS } from '../evidence/journeys/ways.ts';
import { journeysNetwork, POINTS } from './journeys/network.ts';
import { asText, record, type Traffic } from './journeys/record.ts';

const missing = labMissing([
  'ip',
  'nft',
  'iptables-legacy-restore',
  'ip6tables-legacy-restore',
  'tcpdump',
  'dmesg',
  'nsenter',
  'bash',
]);

/** At most four letters: a prefix of LOG has room for 29. */
const MARK = (process.pid % 36 ** 4).toString(36);

/** Connections to a Service, over IPv6, masqueraded, of one port again and again; datagrams, some to closed ports. */
const TRAFFIC: readonly Traffic[] = [
  {
    namespace: 'p1',
    kind: 'tcp',
    flows: [
      '1001,6,10.96.0.10,80,64',
      '1101,6,fd00:2::2,8080,64',
      '1201,6,10.0.0.9,8080,64',
      '1301,6,10.96.0.10,80,200,45000',
    ],
  },
  {
    namespace: 'p1',
    kind: 'udp',
    flows: [
      '2001,20,10.96.0.10,53,64',
      '2101,20,fd00:2::2,5353,64',
      '2201,20,10.0.0.9,5353,64',
      '2301,5,10.244.2.2,9999,64',
    ],
  },
  { namespace: 'o1', kind: 'tcp', flows: ['3001,6,10.0.0.1,30080,64'] },
  { namespace: 'p2', kind: 'udp', flows: ['4001,10,10.244.1.2,9999,64'] },
];

/** Machines of continuous integration are slow at times. */
const PATIENCE = 120_000;

/** Set to keep the recording as the one that is tested without root. */
const KEEP = process.env.HOOKLINE_UPDATE_JOURNEYS;

describe.skipIf(missing !== null)(
  `journeys through two nodes, seen at ${POINTS.length} points and at all hooks${missing ? ` (${missing})` : ''}`,
  () => {
    let recording: Recording;

    beforeAll(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'hookline-journeys-'));
      const stopLogging = letNamespacesLog();
      const lab = await openLab();
      try {
        await lab.build(journeysNetwork(MARK));
        await record(lab, folder, MARK, TRAFFIC);
        const names = POINTS.map(([namespace, device]) => `${namespace}-${device}.pcap`);
        recording = {
          captures: Object.fromEntries(
            names.map((name) => [name, readFileSync(join(folder, name))]),
          ),
          texts: Object.fromEntries(
            Object.entries(TEXT_FLAGS).map(([name, flags]) => [
              name,
              asText(join(folder, name), flags),
            ]),
          ),
          log: readFileSync(join(folder, 'kernel.log'), 'utf8').replaceAll(`] ${MARK} `, '] '),
        };
        if (KEEP !== undefined) writeRecording('test/evidence/corpus/journeys', recording);
      } finally {
        await lab.close();
        await stopLogging();
        rmSync(folder, { recursive: true });
      }
    }, PATIENCE);

    it('lost some packets, so that there are retransmissions', () => {
      const { evidence } = present(recording, PLAIN);
      const again = evidence.journeys.filter(({ retransmissionOf }) => retransmissionOf !== null);
      expect(again.length).toBeGreaterThan(0);
    });

    it.each(WAYS)(
      'are joined right, and none wrong: %s',
      (_what, how) => {
        const { known, joined, wrong, missed } = score(present(recording, how));
        expect(known).toBeGreaterThan(5_000);
        expect(wrong).toEqual([]);
        expect(joined / known, missed.slice(0, 20).join('\n')).toBeGreaterThanOrEqual(0.999);
      },
      PATIENCE,
    );
  },
);
