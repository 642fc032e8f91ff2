import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routeOutput } from '../../../src/kernel/routing/output-route.ts';
import { formatAddress, parseIpv4 } from '../../../src/packet/address.ts';
import { explore } from '../../../src/trace/branches.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';
import { readState } from './read-state.ts';
import { askKernel, build } from './route-get.ts';

/**
 * Selectors and actions of routing rules, and routes by nexthop objects: each where it holds, where it does
 * not, and at its edge. `ip route get` of the kernel and the model's lookup in what a snapshot says of it.
 */
const missing = labMissing(['ip', 'sysctl']);

const DEVICES: readonly string[] = [
  ...['d0', 'd1'].flatMap((name) => [
    `link add ${name} type veth peer name ${name}p`,
    `link set ${name}p up`,
    `link set ${name} up`,
  ]),
  'link set d1 group 5',
  'addr add 10.0.0.2/24 dev d0',
  'addr add 10.1.0.2/24 dev d1',
  'nexthop add id 1 via 10.0.0.1 dev d0',
  'nexthop add id 2 via 10.1.0.1 dev d1',
  'nexthop add id 3 blackhole',
  'nexthop add id 4 group 1/2',
  'route add 20.0.0.0/8 via 10.0.0.1',
  'route add 20.0.0.0/8 via 10.1.0.1 table 100',
  'route add 20.5.0.0/16 via 10.1.0.1 table 100',
  'route add default via 10.1.0.1 table 101',
  'route add 30.0.0.0/8 nhid 1',
  'route add blackhole 30.0.0.0/8 metric 9',
  'route add 31.0.0.0/8 via 10.0.0.1',
  'route add blackhole 31.0.0.0/8 metric 9',
  'route add 32.0.0.0/8 nhid 3',
  'route add 33.0.0.0/8 nhid 4',
  'route add default via 10.1.0.1',
];

type Case = readonly [what: string, rule: string, get: string, answer: string];

const BY_D0 = 'dev d0 via 10.0.0.1';
const BY_D1 = 'dev d1 via 10.1.0.1';

const CASES: readonly Case[] = [
  ['no rule', '', '20.1.1.1', BY_D0],
  ['a mark', 'fwmark 1 lookup 100', '20.1.1.1 mark 1', BY_D1],
  ['another mark', 'fwmark 1 lookup 100', '20.1.1.1 mark 2', BY_D0],
  ['a mask of zero', 'fwmark 0/0 lookup 100', '20.1.1.1 mark 7', BY_D1],
  ['not a mark', 'not fwmark 1 lookup 100', '20.1.1.1 mark 2', BY_D1],
  ['not a mark that is there', 'not fwmark 1 lookup 100', '20.1.1.1 mark 1', BY_D0],
  ['a source', 'from 10.1.0.2 lookup 100', '20.1.1.1 from 10.1.0.2', BY_D1],
  ['a source that is not chosen yet', 'from 10.1.0.2 lookup 100', '20.1.1.1', BY_D0],
  ['a destination', 'to 20.1.0.0/16 lookup 100', '20.1.1.1', BY_D1],
  ['another destination', 'to 20.1.0.0/16 lookup 100', '20.2.1.1', BY_D0],
  ['a protocol', 'ipproto tcp lookup 100', '20.1.1.1 ipproto tcp', BY_D1],
  ['another protocol', 'ipproto tcp lookup 100', '20.1.1.1 ipproto udp', BY_D0],
  ['a port', 'ipproto tcp dport 80 lookup 100', '20.1.1.1 ipproto tcp dport 80', BY_D1],
  [
    'the last of ports',
    'ipproto tcp dport 80-90 lookup 100',
    '20.1.1.1 ipproto tcp dport 90',
    BY_D1,
  ],
  [
    'the next of ports',
    'ipproto tcp dport 80-90 lookup 100',
    '20.1.1.1 ipproto tcp dport 91',
    BY_D0,
  ],
  ['a source port', 'ipproto udp sport 53 lookup 100', '20.1.1.1 ipproto udp sport 53', BY_D1],
  ['a user', 'uidrange 0-0 lookup 100', '20.1.1.1', BY_D1],
  ['another user', 'uidrange 1-9 lookup 100', '20.1.1.1', BY_D0],
  ['a type of service', 'tos 0x10 lookup 100', '20.1.1.1 tos 0x10', BY_D1],
  ['another type of service', 'tos 0x10 lookup 100', '20.1.1.1 tos 0x08', BY_D0],
  ['an output device', 'oif d1 lookup 101', '40.1.1.1 oif d1', BY_D1],
  ['local origin', 'iif lo lookup 100', '20.1.1.1', BY_D1],
  ['an input device', 'iif d0 lookup 100', '20.1.1.1', BY_D0],
  ['a tunnel id', 'tun_id 7 lookup 100', '20.1.1.1', BY_D0],
  ['not a tunnel id', 'not tun_id 7 lookup 100', '20.1.1.1', BY_D1],
  ['a suppressed default', 'lookup 101 suppress_prefixlength 0', '20.1.1.1', BY_D0],
  ['a default that is not', 'lookup 101', '20.1.1.1', BY_D1],
  ['a prefix as long as suppressed', 'lookup 100 suppress_prefixlength 8', '20.1.1.1', BY_D0],
  ['a prefix that is longer', 'lookup 100 suppress_prefixlength 8', '20.5.1.1', BY_D1],
  ['a suppressed group', 'lookup 100 suppress_ifgroup 5', '20.1.1.1', BY_D0],
  ['another group', 'lookup 100 suppress_ifgroup 6', '20.1.1.1', BY_D1],
  ['the group of all', 'lookup 100 suppress_ifgroup default', '20.1.1.1', BY_D1],
  ['unreachable', 'to 20.1.0.0/16 unreachable', '20.1.1.1', 'ENETUNREACH'],
  ['prohibit', 'to 20.1.0.0/16 prohibit', '20.1.1.1', 'EACCES'],
  ['blackhole', 'to 20.1.0.0/16 blackhole', '20.1.1.1', 'EINVAL'],
  ['nop', 'to 20.1.0.0/16 nop', '20.1.1.1', BY_D0],
  ['goto behind a rule', 'goto 32766', '20.1.1.1', BY_D0],
  ['goto that leads nowhere', 'goto 4000', '20.1.1.1', BY_D0],
  ['an object', '', '30.1.1.1', BY_D0],
  [
    'an object of another device: what is left of its leaf is passed over',
    '',
    '30.1.1.1 oif d1',
    BY_D1,
  ],
  [
    'plain nexthops of another device: the next route of the prefix',
    '',
    '31.1.1.1 oif d1',
    'dev d1',
  ],
  ['an object without a way', '', '32.1.1.1', 'EINVAL'],
  ['a leg of a group by its device', '', '33.1.1.1 oif d1', BY_D1],
  ['a leg of a group, whatever the source', '', '33.1.1.1 from 10.1.0.2', `${BY_D0} or ${BY_D1}`],
];

const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  'Permission denied': 'EACCES',
  'Invalid argument': 'EINVAL',
  'Network is unreachable': 'ENETUNREACH',
};

describe.skipIf(missing !== null)(
  `routing rules and objects on the kernel${missing ? ` (${missing})` : ''}`,
  () => {
    let namespaces: Namespaces;
    beforeAll(() => {
      namespaces = makeNamespaces(['r'], 96);
      build(namespaces.named('r'), DEVICES);
    });
    afterAll(() => namespaces?.dispose());

    test.each(CASES)('%s', (_what, rule, get, answer) => {
      const netns = namespaces.named('r');
      if (rule !== '') build(netns, [`rule add priority 500 ${rule}`]);
      try {
        const [kernel] = askKernel(netns, [`route get ${get}`]);
        const told = kernel?.kind === 'route' ? way(kernel) : ERRNO_TEXTS[kernel?.text ?? ''];
        expect(answer.split(' or ')).toContain(told);
        expect(predicted(namespaces, get)).toEqual(answer.split(' or '));
      } finally {
        if (rule !== '') build(netns, ['rule del priority 500']);
      }
    });
  },
);

function way({ device, gateway }: { readonly device: string; readonly gateway: string | null }) {
  return gateway === null ? `dev ${device}` : `dev ${device} via ${gateway}`;
}

/** The model's answers, each once: chance has several. */
function predicted(namespaces: Namespaces, get: string): readonly string[] {
  const netns = readState(namespaces, 'r');
  const { branches } = explore(
    ({ decider }) => {
      const found = routeOutput(netns, keyOf(get), decider);
      if (found.kind === 'error') return found.errno;
      const { device, gateway } = found;
      return way({ device, gateway: gateway && formatAddress(gateway) });
    },
    new Map(),
    16,
  );
  return [...new Set(branches.map(({ result }) => result))].sort();
}

function keyOf(get: string) {
  const [to = '', ...words] = get.split(' ');
  const value = (name: string): string | undefined => words[words.indexOf(name) + 1];
  const has = (name: string): boolean => words.includes(name);
  const destination = parseIpv4(to);
  if (!destination) throw new Error(to);
  return {
    destination,
    source: has('from') ? parseIpv4(value('from') ?? '') : null,
    oif: has('oif') ? (value('oif') ?? null) : null,
    mark: has('mark') ? Number(value('mark')) : 0,
    tos: has('tos') ? Number(value('tos')) : 0,
    protocol: has('ipproto') ? (value('ipproto') === 'tcp' ? 6 : 17) : 0,
    sport: has('sport') ? Number(value('sport')) : 0,
    dport: has('dport') ? Number(value('dport')) : 0,
    uid: 0,
    anySource: false,
  };
}
