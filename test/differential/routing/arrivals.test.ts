import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshSkb } from '../../../src/kernel/answer.ts';
import type { Departure } from '../../../src/kernel/departure.ts';
import { receive } from '../../../src/kernel/input.ts';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import { parseIpv4 } from '../../../src/packet/address.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { startRun } from '../../../src/trace/run-record.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';
import {
  type ArrivalCase,
  EVERY_SCENE,
  SCENES,
  type Scene,
  USUAL_SYSCTLS,
} from './arrival-cases.ts';
import { ethernetFrame } from './frame.ts';
import { inject, type Observed } from './inject.ts';
import { readState, WITH_RULES } from './read-state.ts';

/**
 * Arriving packets, the model against the running kernel: martians, source validation, policy
 * rules, route types, hop count and size. Compared are where the packet went, the kernel's drop
 * reason and counter, and the ICMP error it sent.
 */
const missing = labMissing(['ip', 'sysctl', 'socat', 'unshare', 'xxd', 'iptables-legacy', 'nstat']);

const DEVICES = ['d0', 'd1', 'd2'] as const;

/** A locally administered address that says the device's number. */
const macOf = (device: string): string => `02:00:00:00:00:0${device.slice(1)}`;

const ICMP_ERRORS = ['3/0', '3/1', '3/4', '3/13', '11/0'] as const;

/** Rules that only count, each named by its comment. */
const COUNTING: readonly string[] = [
  '-t mangle -A INPUT -p udp -m comment --comment local',
  '-t mangle -A FORWARD -p udp -m comment --comment forward-hook',
  // A router's FORWARD sees the hop count it has counted down.
  '-t mangle -A FORWARD -p udp -m ttl --ttl-eq 63 -m comment --comment hops-63',
  ...DEVICES.map(
    (device) => `-t mangle -A POSTROUTING -o ${device} -p udp -m comment --comment ${device}`,
  ),
  ...ICMP_ERRORS.map(
    (type) => `-t mangle -A OUTPUT -p icmp --icmp-type ${type} -m comment --comment icmp-${type}`,
  ),
];

/** The counter of `nstat` that a drop reason raises. */
const COUNTER_OF: Readonly<Record<string, string>> = {
  IP_RPFILTER: 'TcpExtIPReversePathFilter',
  IP_INADDRERRORS: 'IpInAddrErrors',
  IP_INNOROUTES: 'IpExtInNoRoutes',
};

function build(scene: Scene, namespaces: Namespaces): NetnsState {
  const cables = DEVICES.map(
    (device) =>
      `link add ${device} address ${macOf(device)} type veth peer name ${device} netns ${namespaces.named('wire')}`,
  );
  namespaces.run(
    'host',
    ['ip', '-batch', '-'],
    [...cables, ...EVERY_SCENE, ...scene.ip].join('\n'),
  );
  const up = DEVICES.map((device) => `link set ${device} up`).join('\n');
  namespaces.run('wire', ['ip', '-batch', '-'], up);
  for (const rule of [...scene.iptables, ...COUNTING]) {
    namespaces.run('host', ['iptables-legacy', '-w', ...rule.split(' ')]);
  }
  const settings = Object.entries(USUAL_SYSCTLS).map(([key, value]) => `${key}=${value}`);
  namespaces.run('host', ['sysctl', '-qw', ...settings]);
  return readState(namespaces, 'host', WITH_RULES);
}

function addressOf(text: string): Packet['source'] {
  const address = parseIpv4(text);
  if (!address) throw new Error(text);
  return address;
}

/** A length that other runs do not use, for the trace tells frames apart by it. */
const OWN_LENGTH = 300 + (process.pid % 797);

function packetOf(item: ArrivalCase): Packet {
  return {
    source: addressOf(item.from),
    destination: addressOf(item.to),
    protocol: 17,
    ttl: item.ttl ?? 64,
    tos: 0,
    length: item.length ?? OWN_LENGTH,
    dontFragment: item.dontFragment ?? false,
    transport: { kind: 'udp', sport: 4000, dport: item.dport ?? 4001 },
  };
}

const sysctlsOf = (item: ArrivalCase): Readonly<Record<string, string>> => ({
  ...USUAL_SYSCTLS,
  ...item.sysctls,
});

/** What the model says, in the words of `kernelSays`. */
function modelSays(
  state: NetnsState,
  item: ArrivalCase,
): { readonly end: string; readonly forwardHook: boolean; readonly hops63: boolean } {
  const values = new Map(state.sysctls.values);
  for (const [key, value] of Object.entries(sysctlsOf(item))) {
    values.set(key, { value, source: null });
  }
  const run = startRun((question) => {
    throw new Error(`asked ${question.id}`);
  });
  const netns = { ...state, sysctls: { ...state.sysctls, values } };
  const departure = receive(
    { netns, run },
    { skb: freshSkb(packetOf(item)), iif: item.iif, looped: false, prerouted: false },
  );
  expect(run.unsupportedUses).toEqual([]);
  const forwarded = run.takeVisits().find(({ hook }) => hook === 'forward');
  return {
    end: wordsOf(departure),
    forwardHook: forwarded !== undefined,
    hops63: forwarded?.skb.packet.ttl === 63,
  };
}

function wordsOf(departure: Departure): string {
  switch (departure.kind) {
    case 'local':
      return 'local';
    case 'transmit':
      return `forwarded by ${departure.device}`;
    case 'dropped': {
      const { answer, reason } = departure;
      if (answer === 'tcp-reset') return `${reason} reset`;
      return answer ? `${reason} icmp ${answer.type}/${answer.code}` : reason;
    }
    case 'bridged':
    case 'unknown':
      return departure.kind;
  }
}

function kernelSays({ counters, reason }: Observed, traced: boolean): string {
  if (counters.has('local')) return 'local';
  const out = DEVICES.find((device) => counters.has(device));
  if (out) return `forwarded by ${out}`;
  const error = ICMP_ERRORS.find((type) => counters.has(`icmp-${type}`));
  const why = reason ?? (traced ? 'not seen' : '?');
  return error ? `${why} icmp ${error}` : why;
}

/** Without tracefs the kernel's reason is not known, and only its counter is compared. */
const withoutReason = (words: string): string => words.replace(/^[A-Z_]+/, '?');

describe.skipIf(missing !== null)(`arrivals on the kernel${missing ? ` (${missing})` : ''}`, () => {
  describe.each(SCENES.map((scene, i) => [scene.name, scene, i] as const))('%s', (_, scene, i) => {
    let namespaces: Namespaces;
    let state: NetnsState;
    let seen: readonly Observed[] = [];

    beforeAll(() => {
      namespaces = makeNamespaces(['host', 'wire'], 60 + i);
      state = build(scene, namespaces);
      seen = inject(
        namespaces,
        scene.arrivals.map((item) => ({
          sysctls: sysctlsOf(item),
          through: item.iif,
          frame: ethernetFrame(packetOf(item), macOf(item.iif)),
        })),
      );
    });

    afterAll(() => namespaces?.dispose());

    test.each(scene.arrivals.map((item, at) => [item.name, item, at] as const))(
      '%s',
      (_, item, at) => {
        const observed = seen[at];
        if (!observed) throw new Error('the packet was not sent');
        const traced = seen.some(({ reason }) => reason !== null);
        const { end: model, forwardHook, hops63 } = modelSays(state, item);
        expect(observed.counters.has('forward-hook')).toBe(forwardHook);
        expect(observed.counters.has('hops-63')).toBe(hops63);
        expect(traced ? model : withoutReason(model)).toBe(kernelSays(observed, traced));
        const expected = COUNTER_OF[model.split(' ')[0] ?? ''];
        const counted = Object.values(COUNTER_OF).filter((name) => observed.nstat.has(name));
        expect(counted).toEqual(expected ? [expected] : []);
      },
    );

    test('every packet has a name of its own', () => {
      const names = scene.arrivals.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    });
  });
});
