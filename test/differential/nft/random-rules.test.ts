import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { parseNftRuleset } from '../../../src/snapshot/nft-json/parse.ts';
import { inLanes, labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';
import { randomFrom } from '../routing/random-tables.ts';
import { readState } from '../routing/read-state.ts';
import { modelSightings } from './model-sightings.ts';
import { randomPacket } from './random-packets.ts';
import { randomRuleset } from './random-rules.ts';
import { HOST_MAC, sendFrames } from './send-frames.ts';
import { type Sighting, WATCH } from './watch.ts';

/**
 * Random rulesets, the model against the running kernel. Compared for every packet are the rules
 * whose counter grew, where it came to with which addresses, ports and mark, and the answer that
 * a reject sent. Where the kernel chooses (numgen, jhash), its choice must be one of the model's.
 * NFT_SEEDS in the environment runs more rulesets.
 */
const missing = labMissing(['ip', 'nft', 'socat', 'xxd', 'conntrack', 'sysctl']);

const SEEDS = Array.from({ length: Number(process.env.NFT_SEEDS ?? 12) }, (_, i) => i + 1);
const PACKETS = 24;
/** Namespaces that stand at the same time. */
const LANES = 3;

const TOPOLOGY = (wire: string): string =>
  [
    `link add d0 address ${HOST_MAC} type veth peer name d0 netns ${wire}`,
    `link add d1 type veth peer name d1 netns ${wire}`,
    'addr add 10.7.0.1/24 dev d0',
    'addr add 10.7.2.1/24 dev d1',
    'link set d0 up',
    'link set d1 up',
    'route add 10.7.1.0/24 dev d0',
    'route add default dev d1',
  ].join('\n');

const SETTINGS = [
  'ip_forward=1',
  // Every reject answers.
  'icmp_ratelimit=0',
  ...['all', 'd0', 'd1'].map((name) => `conf.${name}.rp_filter=0`),
];

function describePacket({ source, destination, transport, ttl, tos, length }: Packet): string {
  const addresses = `${formatAddress(source)} > ${formatAddress(destination)}`;
  return `${addresses} ttl ${ttl} tos ${tos} length ${length} ${JSON.stringify(transport)}`;
}

/** One ruleset, and what the kernel did with packets that met it. */
interface Round {
  readonly netns: NetnsState;
  readonly packets: readonly Packet[];
  readonly sightings: readonly Sighting[];
  /** The rules with their handles, to be read. */
  readonly rules: string;
}

async function play(namespaces: Namespaces, state: NetnsState, seed: number): Promise<Round> {
  const random = randomFrom(seed);
  const ruleset = randomRuleset(random);
  namespaces.run('host', ['nft', '-f', '-'], `flush ruleset\n${ruleset}${WATCH}`);
  const listing = namespaces.run('host', ['nft', '-j', 'list', 'ruleset']);
  const { value: nft, issues } = parseNftRuleset(listing, 'nft-ruleset.json');
  expect(issues).toEqual([]);
  const packets = Array.from({ length: PACKETS }, () => randomPacket(random));
  return {
    netns: { ...state, conntrack: [], ruleset: { xtables: [], nft, unsupported: [] } },
    packets,
    sightings: await sendFrames(namespaces, packets),
    rules: namespaces.run('host', ['nft', '-a', 'list', 'ruleset']),
  };
}

describe.skipIf(missing !== null)(
  `random rules on the kernel${missing ? ` (${missing})` : ''}`,
  () => {
    const lanes: Namespaces[] = [];
    const rounds = new Map<number, Round>();

    beforeAll(async () => {
      const states = Array.from({ length: LANES }, (_, lane) => {
        const namespaces = makeNamespaces(['host', 'wire'], 920 + lane);
        lanes.push(namespaces);
        namespaces.run('host', ['ip', '-batch', '-'], TOPOLOGY(namespaces.named('wire')));
        namespaces.run('wire', ['ip', '-batch', '-'], 'link set d0 up\nlink set d1 up');
        namespaces.run('host', ['sysctl', '-qw', ...SETTINGS.map((name) => `net.ipv4.${name}`)]);
        return readState(namespaces, 'host');
      });
      await inLanes(LANES, SEEDS, async (seed, lane) => {
        const [namespaces, state] = [lanes[lane], states[lane]];
        if (namespaces && state) rounds.set(seed, await play(namespaces, state, seed));
      });
    });
    afterAll(() => {
      for (const namespaces of lanes) namespaces.dispose();
    });

    test.each(SEEDS)('seed %i', (seed) => {
      const round = rounds.get(seed);
      if (!round) throw new Error('the rules were not loaded');
      const { netns, packets, sightings, rules } = round;
      let compared = 0;
      for (const [i, packet] of packets.entries()) {
        const told = () => `${describePacket(packet)}\n${rules}`;
        const possible = modelSightings(netns, packet);
        if (!possible) continue;
        compared++;
        const kernel = sightings[i];
        const known = possible.some((model) => JSON.stringify(model) === JSON.stringify(kernel));
        if (!known) expect(possible.length === 1 ? possible[0] : possible, told()).toEqual(kernel);
      }
      expect(compared).toBeGreaterThan(PACKETS / 2);
      // The packets must have met rules, or nothing was compared.
      expect(sightings.filter(({ counted }) => counted.length > 0).length).toBeGreaterThan(
        PACKETS / 4,
      );
    });
  },
);
