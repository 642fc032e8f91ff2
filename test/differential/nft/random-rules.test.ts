import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { parseNftRuleset } from '../../../src/snapshot/nft-json/parse.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';
import { randomFrom } from '../routing/random-tables.ts';
import { readState } from '../routing/read-state.ts';
import { modelSightings } from './model-sightings.ts';
import { randomPacket } from './random-packets.ts';
import { randomRuleset } from './random-rules.ts';
import { HOST_MAC, sendFrames } from './send-frames.ts';
import { WATCH } from './watch.ts';

/**
 * Random rulesets, the model against the running kernel. Compared for every packet are the rules
 * whose counter grew, where it came to with which addresses, ports and mark, and the answer that
 * a reject sent. Where the kernel chooses (numgen, jhash), its choice must be one of the model's.
 * NFT_SEEDS in the environment runs more rulesets.
 */
const missing = labMissing(['ip', 'nft', 'socat', 'xxd', 'conntrack', 'sysctl']);

const SEEDS = Array.from({ length: Number(process.env.NFT_SEEDS ?? 12) }, (_, i) => i + 1);
const PACKETS = 24;

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

describe.skipIf(missing !== null)(
  `random rules on the kernel${missing ? ` (${missing})` : ''}`,
  () => {
    let namespaces: Namespaces;
    let state: NetnsState;

    beforeAll(() => {
      namespaces = makeNamespaces(['host', 'wire'], 92);
      namespaces.run('host', ['ip', '-batch', '-'], TOPOLOGY(namespaces.named('wire')));
      namespaces.run('wire', ['ip', '-batch', '-'], 'link set d0 up\nlink set d1 up');
      namespaces.run('host', ['sysctl', '-qw', ...SETTINGS.map((name) => `net.ipv4.${name}`)]);
      state = readState(namespaces, 'host');
    });
    afterAll(() => namespaces?.dispose());

    test.each(SEEDS)('seed %i', (seed) => {
      const random = randomFrom(seed);
      const rules = randomRuleset(random);
      namespaces.run('host', ['nft', '-f', '-'], `flush ruleset\n${rules}${WATCH}`);
      const listing = namespaces.run('host', ['nft', '-j', 'list', 'ruleset']);
      const { value: nft, issues } = parseNftRuleset(listing, 'nft-ruleset.json');
      expect(issues).toEqual([]);
      const netns: NetnsState = {
        ...state,
        conntrack: [],
        ruleset: { xtables: [], nft, unsupported: [] },
      };
      const packets = Array.from({ length: PACKETS }, () => randomPacket(random));
      const sightings = sendFrames(namespaces, packets);
      let compared = 0;
      for (const [i, packet] of packets.entries()) {
        const told = () =>
          `${describePacket(packet)}\n${namespaces.run('host', ['nft', '-a', 'list', 'ruleset'])}`;
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
