import { beforeAll, describe, expect, test } from 'vitest';
import { freshSkb } from '../../../../src/kernel/answer.ts';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import { findOutputRoute, sendLocal } from '../../../../src/kernel/output.ts';
import { parseIpv4 } from '../../../../src/packet/address.ts';
import { comeIn } from '../../../../src/trace/come-in.ts';
import { constructsOf } from '../../../nft/constructs.ts';
import { labMissing } from '../../paths/namespaces.ts';
import { PLACES, ROWS, rowRules, rulesOf } from './expression-cases.ts';
import { LOCAL_USERS, localName, type Played, playPackets } from './host.ts';
import { chainsMet, countsOf, type Met } from './model-rules.ts';
import { ARRIVING } from './packets.ts';

/**
 * Every expression with a value, its negation and an edge, for packets of many kinds: the kernel's counter
 * of each rule against what the model says of it.
 */
const missing = labMissing(['ip', 'nft', 'socat', 'xxd', 'conntrack', 'sysctl', 'setpriv']);

/** What no packet here has: its absence is what the rows prove. */
const ABSENT =
  /^(?:arp|vlan|ether type vlan|frag |ip option lsrr|ipsec (?:in|out)|ct helper|icmp gateway|icmp mtu|ct id|socket|meta oiftype|oifname|meta skuid|sctp chunk data|icmpv6 max-delay)/;

/** What the kernel draws, and limits of a set's elements. */
const DRAWN = /numgen|hash|@limited/;

describe.skipIf(missing !== null)(
  `expressions on the kernel${missing ? ` (${missing})` : ''}`,
  () => {
    let played: Played;
    beforeAll(async () => {
      played = await playPackets();
    }, 60_000);

    const met = (name: string): readonly Met[] => {
      const uid = LOCAL_USERS.find((user) => localName(user) === name);
      const arriving = ARRIVING.find((item) => item.name === name);
      return chainsMet(
        arriving ? played.netns : speaking(played.netns),
        (kernel) => {
          if (arriving) comeIn(kernel, { skb: freshSkb(arriving.packet), iif: 'd0' });
          else sendDatagram(kernel, uid ?? 0);
        },
        uid ?? null,
      );
    };

    test.each([...ARRIVING.map(({ name }) => name), ...LOCAL_USERS.map(localName)])(
      '%s',
      (name) => {
        const kernel = played.counted.find((item) => item.name === name)?.rules ?? new Set();
        const { withoutConntrack = false, stolen = false } =
          ARRIVING.find((item) => item.name === name) ?? {};
        const wrong: string[] = [];
        let compared = 0;
        for (const place of met(name)) {
          const { table, chain } = place;
          if (table.name === 'still') continue;
          const key = (handle: number) => `${table.family} ${table.name} ${chain.name} ${handle}`;
          expect(kernel.has(key(chain.rules[0]?.handle ?? 0)), `${chain.name} was met`).toBe(
            !stolen || table.family === 'netdev',
          );
          if (stolen && table.family !== 'netdev') continue;
          for (const [index, rule] of chain.rules.entries()) {
            if (withoutConntrack && /\bct\b/.test(rule.text)) continue;
            const possible = countsOf(place, index);
            const counted = kernel.has(key(rule.handle));
            const held = rule.statements.flatMap(constructsOf);
            const isExact =
              !DRAWN.test(rule.text) &&
              held.every(({ support }) => support === 'exact' || support === 'no-effect');
            compared++;
            if (!possible.has(counted))
              wrong.push(`${chain.name}: ${rule.text}: the kernel says ${counted}`);
            if (isExact && possible.size !== 1)
              wrong.push(`${chain.name}: ${rule.text}: is not exact`);
          }
        }
        expect(wrong).toEqual([]);
        expect(compared).toBeGreaterThan(10);
      },
    );

    test('every expression was true of some packet, or no packet can have it', () => {
      const met = new Set(played.counted.flatMap(({ rules }) => [...rules]));
      const idle = ROWS.filter((row) => {
        const [place] = row;
        const [table = ''] = PLACES[place];
        const all = rulesOf(place);
        const chain = played.netns.ruleset.nft
          ?.find(({ family, name }) => `${family} ${name}` === table)
          ?.chains.get(place);
        return !rowRules(row).some((rule) => {
          const handle = chain?.rules[all.indexOf(rule) + 1]?.handle;
          return met.has(`${table} ${place} ${handle}`);
        });
      });
      expect(idle.map(([, expression]) => expression).filter((text) => !ABSENT.test(text))).toEqual(
        [],
      );
      expect(met.size).toBeGreaterThan(200);
    });
  },
);

/** As the host is when it sends: nothing stops it. */
function speaking(netns: NetnsState): NetnsState {
  const nft = (netns.ruleset.nft ?? []).filter(({ name }) => name !== 'still');
  return { ...netns, ruleset: { ...netns.ruleset, nft } };
}

function sendDatagram(kernel: Parameters<typeof sendLocal>[0], uid: number): void {
  const [source, destination] = ['10.7.2.1', '10.7.2.9'].map((text) => parseIpv4(text));
  if (!source || !destination) throw new Error('no address');
  const transport = { kind: 'udp', sport: 4000, dport: 5353 } as const;
  const packet = {
    source,
    destination,
    protocol: 17,
    ttl: 64,
    tos: 0,
    length: 30,
    dontFragment: true,
    transport,
  };
  const key = {
    destination,
    protocol: 17,
    tos: 0,
    sport: 4000,
    dport: 5353,
    oif: null,
    mark: 0,
    uid,
  };
  const route = findOutputRoute(kernel, freshSkb(packet), {
    ...key,
    source: null,
    anySource: false,
  });
  if (route.kind === 'error') throw new Error(route.errno);
  sendLocal(kernel, {
    skb: freshSkb(packet),
    route,
    boundDevice: null,
    socket: { uid, isClients: true },
  });
}
