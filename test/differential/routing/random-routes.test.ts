import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Decider } from '../../../src/kernel/decide.ts';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import { routeInput } from '../../../src/kernel/routing/input-route.ts';
import { routeOutput } from '../../../src/kernel/routing/output-route.ts';
import { formatAddress, IPV4_ANY } from '../../../src/packet/address.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { explore } from '../../../src/trace/branches.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';
import {
  DEVICE_COMMANDS,
  type Lookup,
  lookupCommand,
  randomFrom,
  randomLookup,
  randomTables,
} from './random-tables.ts';
import { readState } from './read-state.ts';
import { askKernel, build, type KernelAnswer, setSysctls } from './route-get.ts';

/**
 * Route lookups, the model against the running kernel: random tables and rules, read back as a
 * snapshot would, then the same lookups of both. The seed is fixed, so that a run says the same
 * each time; HOOKLINE_SEED tries another.
 */
const missing = labMissing(['ip', 'sysctl']);
const seed = Number(process.env.HOOKLINE_SEED ?? 618);
const ROUNDS = 5;
const LOOKUPS = 200;

const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EHOSTUNREACH: 'No route to host',
  EINVAL: 'Invalid argument',
  ENETUNREACH: 'Network is unreachable',
  ENODEV: 'No such device',
};

function describeAnswer(answer: KernelAnswer): string {
  return answer.kind === 'error'
    ? answer.text
    : `${answer.type} dev ${answer.device} via ${answer.gateway} src ${answer.source}`;
}

function modelOutput(netns: NetnsState, lookup: Lookup, decider: Decider): string {
  const { destination, source, oif, mark, tos, protocol, sport, dport } = lookup;
  const key = { destination, source, oif, mark, tos, protocol, sport, dport, uid: 0 };
  const found = routeOutput(netns, { ...key, anySource: false }, decider);
  if (found.kind === 'error') return ERRNO_TEXTS[found.errno] ?? found.errno;
  const gateway = found.gateway ? formatAddress(found.gateway) : null;
  const chosen = source ? null : formatAddress(found.source);
  return `${found.type} dev ${found.device} via ${gateway} src ${chosen}`;
}

function modelInput(netns: NetnsState, lookup: Lookup, decider: Decider): string {
  const { destination, source, iif, mark, tos, protocol, sport, dport } = lookup;
  const packet: Packet = {
    source: source ?? IPV4_ANY,
    destination,
    protocol,
    ttl: 64,
    tos,
    length: 40,
    dontFragment: false,
    transport:
      protocol === 6
        ? { kind: 'tcp', sport, dport, flags: { syn: true } }
        : { kind: 'udp', sport, dport },
  };
  const found = routeInput(netns, { packet, iif: iif ?? '', mark }, decider);
  switch (found.kind) {
    case 'drop':
      return 'Invalid argument';
    case 'error':
      return ERRNO_TEXTS[found.errno] ?? found.errno;
    case 'local':
      return 'local dev lo via null src null';
    case 'broadcast':
      return 'broadcast dev lo via null src null';
    case 'forward': {
      const gateway = found.gateway ? formatAddress(found.gateway) : null;
      return `unicast dev ${found.device} via ${gateway} src null`;
    }
  }
}

/** The answers of the model: several where the kernel chooses among legs. */
function modelAnswers(netns: NetnsState, lookup: Lookup): readonly string[] {
  const { branches } = explore(
    ({ decider }) =>
      lookup.iif === null
        ? modelOutput(netns, lookup, decider)
        : modelInput(netns, lookup, decider),
    new Map(),
    64,
  );
  for (const { record } of branches) {
    for (const { question } of record.answers.values()) {
      // Of devices, which one came into the namespace first is in no listing.
      expect(['multipath', 'interface-address'], question.id).toContain(question.topic);
    }
  }
  return branches.map(({ result }) => result);
}

describe.skipIf(missing !== null)(
  `random routes on the kernel${missing ? ` (${missing})` : ''}, seed ${seed}`,
  () => {
    let namespaces: Namespaces;
    const names = Array.from({ length: ROUNDS }, (_, i) => `r${i}`);

    beforeAll(() => {
      namespaces = makeNamespaces(names, 90);
    });

    afterAll(() => namespaces?.dispose());

    test.each(names.map((name, i) => ({ name, round: i })))(
      'tables of round $round',
      ({ name, round }) => {
        const random = randomFrom(seed + round);
        const netns = namespaces.named(name);
        build(netns, [...DEVICE_COMMANDS, ...randomTables(random)]);
        setSysctls(netns, {
          'net.ipv4.conf.all.forwarding': '1',
          'net.ipv4.conf.d1.forwarding': '0',
          'net.ipv4.conf.d0.rp_filter': String(random(3)),
          'net.ipv4.conf.d2.rp_filter': String(random(3)),
          'net.ipv4.conf.d3.rp_filter': String(random(3)),
          'net.ipv4.conf.d0.src_valid_mark': String(random(2)),
          'net.ipv4.conf.d2.accept_local': String(random(2)),
        });
        const state = readState(namespaces, name);
        const lookups = Array.from({ length: LOOKUPS }, (_, i) =>
          randomLookup(random, i % 2 === 1),
        );
        const commands = lookups.map(lookupCommand);
        const answers = askKernel(netns, commands);
        const differences = lookups.flatMap((lookup, i) => {
          const answer = answers[i];
          const kernel = answer ? describeAnswer(answer) : 'nothing';
          const model = modelAnswers(state, lookup);
          return model.includes(kernel)
            ? []
            : [`${commands[i]}\n  kernel: ${kernel}\n  model:  ${model.join(' | ')}`];
        });
        expect(differences.slice(0, 5), `${differences.length} of ${LOOKUPS}`).toEqual([]);
        const routed = answers.filter(({ kind }) => kind === 'route').length;
        expect(routed).toBeGreaterThan(0);
        expect(routed).toBeLessThan(LOOKUPS);
      },
    );
  },
);
