import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshSkb } from '../../../../src/kernel/answer.ts';
import type { Departure } from '../../../../src/kernel/departure.ts';
import { receive } from '../../../../src/kernel/input.ts';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import { parseIptablesSave } from '../../../../src/snapshot/iptables-save/parse.ts';
import { startRun } from '../../../../src/trace/run-record.ts';
import { labMissing, makeNamespaces, type Namespaces, until } from '../../paths/namespaces.ts';
import {
  type Backend,
  buildCaseHost,
  CASE_NAMES,
  MACS,
  rawTable,
  readCaseHost,
  SENDER_MAC,
} from './host.ts';
import { FAR, NEAR } from './packets.ts';
import { startSender } from './shell.ts';
import { bytesOf, packetOf } from './wire.ts';

/**
 * Rules of iptables-legacy and iptables-nft on one node at once: both run, at each hook by priority,
 * and among equals the one that was loaded last runs first. See docs/lab-notes/hook-order.md.
 */
const missing = labMissing(['ip', 'iptables-nft', 'iptables-legacy', 'socat']);

const tools = { 4: 'iptables', 6: 'ip6tables' } as const;
const BACKENDS = ['legacy', 'nft'] as const;
const TARGETS = {
  4: { legacy: '10.0.1.20', nft: '10.0.1.21' },
  6: { legacy: 'fd00:1::20', nft: 'fd00:1::21' },
} as const;
const MARKS = { legacy: '0x1', nft: '0x2' } as const;
/** Ports: one that each backend drops, one that both let pass, one that both translate. */
const PORTS = { legacy: 1, nft: 2, both: 3, translated: 7 } as const;

function ruleset(backend: Backend, family: 4 | 6): string {
  const mark = MARKS[backend];
  const udp = (port: number): string => `-p udp -m udp --dport ${port}`;
  return [
    rawTable(family, []).trimEnd(),
    '*mangle',
    '-A PREROUTING -m mark --mark 0x0',
    `-A PREROUTING -j MARK --set-xmark ${mark}/0xffffffff`,
    '-A FORWARD -m mark --mark 0x1',
    '-A FORWARD -m mark --mark 0x2',
    'COMMIT',
    '*nat',
    `-A PREROUTING ${udp(PORTS.translated)} -j DNAT --to-destination ${TARGETS[family][backend]}`,
    '-A POSTROUTING -m comment --comment all',
    'COMMIT',
    '*filter',
    `-A FORWARD ${udp(PORTS[backend])} -j DROP`,
    `-A FORWARD ${udp(PORTS.both)} -m comment --comment both`,
    'COMMIT\n',
  ].join('\n');
}

describe.skipIf(missing !== null)(`both backends at once${missing ? ` (${missing})` : ''}`, () => {
  let ns: Namespaces;
  beforeEach(() => {
    ns = makeNamespaces(CASE_NAMES, 67);
    buildCaseHost(ns);
  });
  afterEach(() => ns?.dispose());

  const save = (backend: Backend, family: 4 | 6): string =>
    ns.run('host', [`${tools[family]}-${backend}-save`, '-c']);
  const both = (family: 4 | 6): string =>
    BACKENDS.map((backend) => `${backend}\n${save(backend, family)}`).join('\n');

  test.each([
    ['nft', 'legacy', 4],
    ['legacy', 'nft', 4],
    ['nft', 'legacy', 6],
    ['legacy', 'nft', 6],
  ] as const)('%s loaded before %s, IPv%s', async (before, after, family) => {
    const state = readCaseHost(ns);
    for (const backend of [before, after]) {
      ns.run('host', [`${tools[family]}-${backend}-restore`], ruleset(backend, family));
    }
    const sender = startSender(ns, 'near', 'in0');
    const type = family === 4 ? '0800' : '86dd';
    const header = Buffer.from(`${MACS.in0}${SENDER_MAC}`.replaceAll(':', '') + type, 'hex');
    try {
      for (const [i, port] of Object.values(PORTS).entries()) {
        const packet = packetOf({
          source: NEAR[family],
          destination: FAR[family],
          carries: { kind: 'udp', dport: port, payload: 'abc' },
        });
        const old = both(family);
        sender.send(Buffer.concat([header, bytesOf(packet, i + 1)]));
        let now = both(family);
        await until(`packet ${i}`, () => {
          const last = now;
          now = both(family);
          return now !== old && now === last;
        });
        const model = throughModel(state, packet, { family, first: after, text: now });
        expect({ port, rules: model.rules }).toEqual({ port, rules: grown(old, now) });
        const isDropped = port === PORTS.legacy || port === PORTS.nft;
        expect(model.departure.kind).toBe(isDropped ? 'dropped' : 'transmit');
        // Where the order shows, the model says that nothing in a snapshot tells it.
        expect(model.asked).toContain('hook-order');
      }
    } finally {
      sender.end();
    }
  });

  /** The model's rules and end, with the backend that was loaded last first at every hook. */
  function throughModel(
    state: NetnsState,
    packet: ReturnType<typeof packetOf>,
    how: { readonly family: 4 | 6; readonly first: Backend; readonly text: string },
  ): {
    readonly rules: readonly string[];
    readonly departure: Departure;
    readonly asked: string[];
  } {
    const { family, first, text } = how;
    const texts = { legacy: text.split('\nnft\n')[0] ?? '', nft: text.split('\nnft\n')[1] ?? '' };
    const xtables = BACKENDS.flatMap(
      (backend) =>
        parseIptablesSave(texts[backend].replace(/^legacy\n/, ''), backend, { family, backend })
          .value,
    );
    const netns: NetnsState = {
      ...state,
      ruleset: { xtables, nft: [], unsupported: [] },
      ipsets: [],
      conntrack: [],
    };
    const asked: string[] = [];
    const run = startRun((question) => {
      asked.push(question.topic);
      const option = question.options.find(({ value }) => value.startsWith(first));
      if (question.topic !== 'hook-order' || !option) throw new Error(question.id);
      return { option, followed: 1 };
    });
    const skb = { ...freshSkb(packet), sourceMac: SENDER_MAC, destinationMac: MACS.in0 };
    const departure = receive({ netns, run }, { skb, iif: 'in0', looped: false, prerouted: false });
    const rules = run
      .takeSteps()
      .flatMap(({ action }) =>
        action.kind === 'table'
          ? action.hits.map(({ rule }) => `${action.backend} ${action.table} ${rule}`)
          : [],
      );
    return { rules: rules.sort(), departure, asked };
  }
});

/** The rules whose counters grew, by backend and table. */
function grown(before: string, after: string): readonly string[] {
  const old = before.split('\n');
  let [backend, table] = ['', ''];
  return after
    .split('\n')
    .flatMap((line, i) => {
      if (line === 'legacy' || line === 'nft') backend = line;
      if (line.startsWith('*')) table = line.slice(1);
      const [, packets, rule = ''] = /^\[(\d+):\d+\] (-A .*)$/.exec(line) ?? [];
      const [, oldPackets] = /^\[(\d+):/.exec(old[i] ?? '') ?? [];
      const isMore = Number(packets) > Number(oldPackets);
      return isMore && !rule.startsWith('-A OUTPUT') ? [`${backend} ${table} ${rule}`] : [];
    })
    .sort();
}
