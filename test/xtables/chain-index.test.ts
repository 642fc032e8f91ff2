import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freshSkb } from '../../src/kernel/answer.ts';
import {
  everyRule,
  likelyRules,
  type VisitRules,
} from '../../src/kernel/netfilter/xtables/chain-index.ts';
import type { XtTable } from '../../src/kernel/netfilter/xtables/table.ts';
import { traverse } from '../../src/kernel/netfilter/xtables/traverse.ts';
import type { Hook } from '../../src/linux/hook.ts';
import { ipv4, parseIpv4 } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { PROTOCOL } from '../../src/packet/protocol.ts';
import { parseIptablesSave } from '../../src/snapshot/iptables-save/parse.ts';
import { startRun } from '../../src/trace/run-record.ts';
import { netnsOf } from '../kernel/netns.ts';
import { recordedSaves } from './recorded-saves.ts';

const NETNS = netnsOf({});
const SAVES = recordedSaves()
  .filter(({ family, text }) => family === 4 && text.split('\n').length > 100)
  .map(({ file, text }) => ({
    file,
    tables: parseIptablesSave(text, file, { family: 4, backend: 'unspecified' }).value,
    addresses: [...new Set(text.match(/\b\d+\.\d+\.\d+\.\d+\b/g))].flatMap(
      (address) => parseIpv4(address) ?? [],
    ),
    ports: [...new Set([...text.matchAll(/--[ds]?port (\d+)/g)].map(([, port]) => Number(port)))],
  }));

/** What a walk did: every matching rule, the end, and what became of the packet. */
function walk(
  table: XtTable,
  hook: Hook,
  packet: Packet,
  pick: number,
  visit: VisitRules,
): unknown {
  const run = startRun(({ options }) => {
    const option = options[pick % options.length];
    if (!option) throw new Error('a question without options');
    return { option, followed: 1 };
  });
  const context = {
    netns: NETNS,
    hook,
    iif: hook === 'output' || hook === 'postrouting' ? '' : 'eth0',
    oif: hook === 'prerouting' || hook === 'input' ? '' : 'eth0',
    decider: run.decider,
    localSocket: null,
  };
  const result = traverse(table, hook, { packet: { context, skb: freshSkb(packet) }, run, visit });
  return { result, asked: [...run.answers.keys()] };
}

test('an indexed walk does what a walk over every rule does', () => {
  expect(SAVES.length).toBeGreaterThan(3);
  fc.assert(
    fc.property(
      fc.constantFrom(...SAVES).chain((save) =>
        fc.record({
          table: fc.constantFrom(...save.tables),
          hook: fc.constantFrom<Hook>('prerouting', 'input', 'forward', 'output', 'postrouting'),
          // Addresses and ports of the rules themselves, their neighbours, and any.
          source: fc.oneof(fc.constantFrom(...save.addresses), fc.nat().map(ipv4)),
          destination: fc.oneof(fc.constantFrom(...save.addresses), fc.nat().map(ipv4)),
          dport: fc.oneof(fc.constantFrom(...save.ports), fc.nat(65535)),
          sport: fc.oneof(fc.constantFrom(...save.ports), fc.nat(65535)),
          kind: fc.constantFrom('tcp' as const, 'udp' as const),
          pick: fc.nat(3),
        }),
      ),
      ({ table, hook, source, destination, dport, sport, kind, pick }) => {
        const packet: Packet = {
          source,
          destination,
          protocol: PROTOCOL[kind],
          ttl: 64,
          tos: 0,
          length: 60,
          dontFragment: true,
          transport:
            kind === 'tcp' ? { kind, sport, dport, flags: { syn: true } } : { kind, sport, dport },
        };
        expect(walk(table, hook, packet, pick, likelyRules)).toEqual(
          walk(table, hook, packet, pick, everyRule),
        );
      },
    ),
    { numRuns: 1500 },
  );
});
