import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import { parseIpv4 } from '../../../../src/packet/address.ts';
import type { Packet } from '../../../../src/packet/packet.ts';
import { parseNftRuleset } from '../../../../src/snapshot/nft-json/parse.ts';
import { labMissing, makeNamespaces, type Namespaces, shell } from '../../paths/namespaces.ts';
import { readState } from '../../routing/read-state.ts';
import { modelSightings } from '../model-sightings.ts';
import { HOST_MAC } from '../send-frames.ts';
import { FORGET, type Sighting, sightingOf, WATCH } from '../watch.ts';
import { constructFrame } from './frames.ts';
import { FORGET_SETS, NOT_COUNTED, portsOfRules, statementRuleset } from './statement-cases.ts';

/** Every statement that acts on a packet: what the kernel counted, sent on and answered, and the model. */
const missing = labMissing(['ip', 'nft', 'socat', 'xxd', 'conntrack', 'sysctl']);

const PORTS = portsOfRules();
const NEXT = '=== next';

function packetTo(port: number, protocol: 'tcp' | 'udp'): Packet {
  const source = parseIpv4('10.7.1.2');
  const destination = parseIpv4(port >= 1160 && port < 1170 ? '10.7.2.6' : '10.7.0.1');
  if (!source || !destination) throw new Error('no address');
  const ports = { sport: 4000, dport: port };
  const transport =
    protocol === 'udp'
      ? ({ kind: 'udp', ...ports } as const)
      : ({ kind: 'tcp', ...ports, flags: { syn: true }, mss: 1460 } as const);
  return {
    source,
    destination,
    protocol: protocol === 'udp' ? 17 : 6,
    ttl: 64,
    tos: 0,
    length: 60,
    dontFragment: false,
    transport,
  };
}

function ping(): Packet {
  const transport = { kind: 'icmp', type: 8, code: 0, id: 77 } as const;
  return { ...packetTo(1, 'udp'), protocol: 1, transport };
}

const CASES: readonly (readonly [string, Packet])[] = [
  ...PORTS.map(({ port, protocol }) => [`${protocol} ${port}`, packetTo(port, protocol)] as const),
  ['a ping', ping()],
];

describe.skipIf(missing !== null)(
  `statements on the kernel${missing ? ` (${missing})` : ''}`,
  () => {
    let namespaces: Namespaces;
    let netns: NetnsState;
    let sightings: readonly Sighting[];

    beforeAll(async () => {
      namespaces = makeNamespaces(['host', 'wire'], 940);
      namespaces.run(
        'host',
        ['ip', '-batch', '-'],
        [
          `link add d0 address ${HOST_MAC} type veth peer name d0 netns ${namespaces.named('wire')}`,
          `link add d1 type veth peer name d1 netns ${namespaces.named('wire')}`,
          'addr add 10.7.0.1/24 dev d0',
          'addr add 10.7.2.1/24 dev d1',
          'link set d0 up',
          'link set d1 up',
          'route add 10.7.1.0/24 dev d0',
        ].join('\n'),
      );
      namespaces.run('wire', ['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']);
      namespaces.run('wire', ['ip', '-batch', '-'], 'link set d0 up\nlink set d1 up');
      const settings = ['ip_forward=1', 'icmp_ratelimit=0'];
      const filters = ['all', 'd0', 'd1'].map((name) => `conf.${name}.rp_filter=0`);
      namespaces.run('host', [
        'sysctl',
        '-qw',
        ...[...settings, ...filters].map((name) => `net.ipv4.${name}`),
      ]);
      const state = readState(namespaces, 'host');
      namespaces.run('host', ['nft', '-f', '-'], `${statementRuleset()}${WATCH}`);
      const listing = namespaces.run('host', ['nft', '-j', 'list', 'ruleset']);
      const { value: nft, issues } = parseNftRuleset(listing, 'nft-ruleset.json');
      expect(issues).toEqual([]);
      netns = { ...state, conntrack: [], ruleset: { xtables: [], nft, unsupported: [] } };
      sightings = await send();
    }, 60_000);
    afterAll(() => namespaces?.dispose());

    async function send(): Promise<readonly Sighting[]> {
      const host = `ip netns exec ${namespaces.named('host')}`;
      const wire = `ip netns exec ${namespaces.named('wire')}`;
      const list = `echo '${NEXT}'; ${host} nft -j list ruleset 2>/dev/null`;
      const lines = CASES.flatMap(([, packet]) => [
        `${host} sh -c 'conntrack -F 2>/dev/null; nft "${FORGET}; ${FORGET_SETS}"'`,
        `echo ${constructFrame(packet, HOST_MAC).toString('hex')} | xxd -r -p | ${wire} socat -u - INTERFACE:d0`,
        list,
      ]);
      const listings = (await shell([list, ...lines].join('\n'))).split(`${NEXT}\n`).slice(1);
      return CASES.map((_, i) => sightingOf(listings[i] ?? '', listings[i + 1] ?? ''));
    }

    test.each(CASES)('%s', (name, packet) => {
      const kernel = sightings[CASES.findIndex(([other]) => other === name)];
      const possible = modelSightings(netns, packet) ?? [];
      const isKnown = possible.some((model) => JSON.stringify(model) === JSON.stringify(kernel));
      if (!isKnown) expect(possible.length === 1 ? possible[0] : possible).toEqual(kernel);
      const counts = !NOT_COUNTED.some((port) => name === `udp ${port}`);
      expect((kernel?.counted.length ?? 0) > 0, 'rules counted it').toBe(counts);
    });
  },
);
