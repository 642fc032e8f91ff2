import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCapture } from '../../../src/evidence/capture/read-capture.ts';
import type { Observation } from '../../../src/evidence/observation.ts';
import { programsMissing } from './programs-missing.ts';
import { ourFields, type SharkFrame, sharkFrames, withoutTcpNumbers } from './tshark-fields.ts';

const missing = programsMissing(['tshark']);
const CORPUS = 'test/evidence/corpus/captures';
const RECORDED = ['seed-udp-nomasq-rpf0', 'seed-vxlan-nomasq-rpf1'];
/** tshark needs a while to start. */
const AT_ONCE = 4;

const files = [
  ...readdirSync(CORPUS)
    .filter((name) => /\.(?:pcap|pcapng)$/.test(name))
    .map((name) => `${CORPUS}/${name}`),
  ...RECORDED.map((id) => `test/recorded/${id}/evidence/n2/eth0.pcap`),
];

function compare(path: string, frame: SharkFrame, one: Observation | undefined): void {
  const what = `${path} frame ${frame.number} (${frame.protocols})`;
  const expected = frame.fields;
  if (!one) {
    // Then tshark sees no IP packet either.
    expect([...(expected['ip.src'] ?? []), ...(expected['ipv6.src'] ?? [])], what).toEqual([]);
    return;
  }
  const partly = one.packet.icmp?.quoted || frame.isFragment;
  const compared = partly ? withoutTcpNumbers : (all: typeof expected) => all;
  const ours = compared(ourFields(one.packet));
  const theirs = Object.entries(compared(expected)).map(([name, values]) => [
    name,
    // tshark shows single fields of a header that was cut.
    frame.isCut ? values.slice(0, ours[name]?.length) : values,
  ]);
  expect({ what, ...ours }).toEqual({ what, ...Object.fromEntries(theirs) });
  if (Number.isNaN(frame.time)) expect(one.time, what).toBeNull();
  else expect(one.time, what).toBeCloseTo(frame.time, 5);
}

describe.skipIf(missing !== null)(
  `a capture's packets are those that tshark shows${missing ? ` (${missing})` : ''}`,
  () => {
    const shark = new Map<string, readonly SharkFrame[]>();
    beforeAll(async () => {
      const waiting = [...files];
      const work = async (): Promise<void> => {
        for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
          shark.set(path, await sharkFrames(path));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    });

    it.each(files)('%s', (path) => {
      const { value } = readCapture(readFileSync(path), path);
      const ours = new Map(value.observations.map((one) => [one.source.line, one]));
      const frames = shark.get(path) ?? [];
      expect(frames.length).toBeGreaterThan(0);
      // tshark ends where the garbage begins.
      if (path.includes('garbage')) expect(value.file.lines).toBeGreaterThan(frames.length);
      else expect(value.file.lines).toBe(frames.length);
      for (const frame of frames) compare(path, frame, ours.get(frame.number));
    });
  },
);
