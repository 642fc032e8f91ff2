import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';
import { randomFrom } from '../routing/random-tables.ts';
import { readState, WITH_RULES } from '../routing/read-state.ts';
import { buildHost, captured, type Left, NAMES, play, startCapture } from './host.ts';
import { sendThroughModel } from './model.ts';
import { randomPacket, type Sent } from './random-packets.ts';
import { randomRuleset } from './random-ruleset.ts';

/**
 * Random rules, the model against the running kernel: rulesets over every table are loaded with
 * iptables, packets are sent through the host, and compared are the rules that each packet met
 * (their counters) and how it left: by which device, with which addresses, ports, TTL and TOS.
 * The seed is fixed, so that a run says the same each time; HOOKLINE_SEED tries another.
 */
const missing = labMissing([
  'ip',
  'ipset',
  'iptables-nft',
  'iptables-legacy',
  'conntrack',
  'tcpdump',
  'socat',
  'xxd',
]);
const seed = Number(process.env.HOOKLINE_SEED ?? 42);
const ROUNDS = Number(process.env.HOOKLINE_ROUNDS ?? 16);
const PACKETS = 14;

/** One ruleset and what was sent through it. */
interface Round {
  readonly packets: readonly { readonly sent: Sent; readonly id: number }[];
  /** What the tool saved before the first packet and after each. */
  readonly saves: readonly string[];
}

describe.skipIf(missing !== null).each([
  ['nft', 91],
  ['legacy', 92],
] as const)(
  `random rules of iptables-%s${missing ? ` (${missing})` : ''}, seed ${seed}`,
  (backend, lane) => {
    const rounds: Round[] = [];
    let namespaces: Namespaces;
    let state: NetnsState;
    let left: readonly Left[];
    let [compared, met, forwarded] = [0, 0, 0];
    let folder = '';

    beforeAll(async () => {
      folder = mkdtempSync(`${tmpdir()}/hookline-xtables-`);
      namespaces = makeNamespaces(NAMES, lane);
      buildHost(namespaces);
      state = readState(namespaces, 'host', WITH_RULES);
      await startCapture(namespaces, folder);
      let id = 1;
      for (let round = 0; round < ROUNDS; round++) {
        const random = randomFrom(seed * 1000 + round);
        namespaces.run('host', [`iptables-${backend}-restore`], randomRuleset(random));
        const packets = Array.from({ length: PACKETS }, () => ({
          sent: randomPacket(random),
          id: id++,
        }));
        rounds.push({ packets, saves: play(namespaces, `iptables-${backend}`, packets) });
        namespaces.run('host', ['conntrack', '-F']);
      }
      left = await captured(namespaces, folder, 0xffff);
    });

    afterAll(() => {
      namespaces?.dispose();
      if (folder !== '') rmSync(folder, { recursive: true, force: true });
    });

    test.each(Array.from({ length: ROUNDS }, (_, i) => i))('ruleset %i', (index) => {
      const { packets, saves } = rounds[index] ?? { packets: [], saves: [] };
      const model = sendThroughModel(state, saves[0] ?? '', { backend, packets });
      compared += model.length;
      for (const [i, said] of model.entries()) {
        const seen = {
          rules: difference(saves[i] ?? '', saves[i + 1] ?? ''),
          left: left.filter(({ id }) => id === said.id).map(wordsOf),
        };
        expect(said, `packet ${i} of ${model.length}`).toEqual({
          id: said.id,
          sent: said.sent,
          ...seen,
        });
        met += said.rules.length;
        forwarded += said.left.length;
      }
    });

    test('that was enough to say something', () => {
      expect(compared).toBeGreaterThan(ROUNDS * PACKETS * 0.7);
      expect(met).toBeGreaterThan(compared * 3);
      expect(forwarded).toBeGreaterThan(compared * 0.2);
    });
  },
);

/** The rules whose packet counters grew. */
function difference(before: string, after: string): readonly string[] {
  const old = before.split('\n');
  return after.split('\n').flatMap((line, i) => {
    const [, packets, rule] = /^\[(\d+):\d+\] (-A .*)$/.exec(line) ?? [];
    const [, oldPackets] = /^\[(\d+):/.exec(old[i] ?? '') ?? [];
    const grown = Number(packets) - Number(oldPackets);
    return grown > 0 && !rule?.startsWith('-A OUTPUT') ? [`${i + 1} ${rule} ${grown}`] : [];
  });
}

/** What left, in the model's words. */
function wordsOf({ device, bytes }: Left): string {
  const address = (at: number): string => bytes.subarray(at, at + 4).join('.');
  const protocol = bytes.readUInt8(9);
  const ports = protocol === 1 ? '' : ` ${bytes.readUInt16BE(20)}>${bytes.readUInt16BE(22)}`;
  const [tos, ttl] = [bytes.readUInt8(1), bytes.readUInt8(8)];
  const hasOption = protocol === 6 && bytes.readUInt8(32) >>> 4 > 5;
  const mss = hasOption ? ` mss ${bytes.readUInt16BE(42)}` : '';
  return `${device} ${address(12)}>${address(16)}${ports} ttl ${ttl} tos ${tos} length ${bytes.readUInt16BE(2)}${mss}`;
}
