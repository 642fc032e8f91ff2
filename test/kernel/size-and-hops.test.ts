import { expect, test } from 'vitest';
import { freshSkb } from '../../src/kernel/answer.ts';
import type { Departure } from '../../src/kernel/departure.ts';
import { receive } from '../../src/kernel/input.ts';
import { findOutputRoute, sendLocal } from '../../src/kernel/output.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { startRun } from '../../src/trace/run-record.ts';
import { address, netnsOf } from './netns.ts';

const NETNS = netnsOf({
  addresses: { d0: ['10.0.0.1/24'], d1: ['10.0.1.1/24'] },
  routes: [
    'local 10.0.0.1/32 dev d0 src 10.0.0.1',
    'unicast 10.0.0.0/24 dev d0 src 10.0.0.1',
    'unicast 10.0.1.0/24 dev d1 src 10.0.1.1',
    'unicast 40.0.0.0/8 via 10.0.1.9 dev d1 mtu 1200',
  ],
  sysctls: { 'net.ipv4.conf.d0.forwarding': '1' },
});

function packet(fields: Partial<Packet> & Pick<Packet, 'destination'>): Packet {
  return {
    source: address('10.0.0.9'),
    protocol: 17,
    ttl: 64,
    tos: 0,
    length: 100,
    dontFragment: true,
    transport: { kind: 'udp', sport: 4000, dport: 53 },
    ...fields,
  };
}

const kernel = () => ({
  netns: NETNS,
  run: startRun((question) => {
    throw new Error(`asked ${question.id}`);
  }),
});

function inWords(departure: Departure): string {
  switch (departure.kind) {
    case 'transmit':
      return `out ${departure.device} ttl ${departure.skb.packet.ttl}`;
    case 'dropped': {
      const { answer, errno, reason } = departure;
      const icmp = answer && answer !== 'tcp-reset' ? answer : null;
      const mtu = icmp?.mtu ? ` mtu ${icmp.mtu}` : '';
      return `${reason} icmp ${icmp?.type}/${icmp?.code}${mtu}${errno ? ` ${errno}` : ''}`;
    }
    case 'local':
    case 'bridged':
    case 'unknown':
      return departure.kind;
  }
}

test.each([
  ['a hop count of 2 is forwarded with 1', '10.0.1.9', { ttl: 2 }, 'out d1 ttl 1'],
  ['a hop count of 1 ends here', '10.0.1.9', { ttl: 1 }, 'IP_INHDR icmp 11/0'],
  ['a hop count of 0 ends here', '10.0.1.9', { ttl: 0 }, 'IP_INHDR icmp 11/0'],
  ['a hop count of 1 reaches this host', '10.0.0.1', { ttl: 1 }, 'local'],
  ['as long as the device allows', '10.0.1.9', { length: 1500 }, 'out d1 ttl 63'],
  ['one byte longer', '10.0.1.9', { length: 1501 }, 'PKT_TOO_BIG icmp 3/4 mtu 1500'],
  [
    'one byte longer without DF',
    '10.0.1.9',
    { length: 1501, dontFragment: false },
    'out d1 ttl 63',
  ],
  ['as long as the route allows', '40.0.0.1', { length: 1200 }, 'out d1 ttl 63'],
  ['longer than the route allows', '40.0.0.1', { length: 1201 }, 'PKT_TOO_BIG icmp 3/4 mtu 1200'],
  ['too long and at its last hop', '40.0.0.1', { length: 1201, ttl: 1 }, 'IP_INHDR icmp 11/0'],
  ['too long for the device, for this host', '10.0.0.1', { length: 1501 }, 'local'],
] as const)('received: %s', (_, to, fields, expected) => {
  const skb = freshSkb(packet({ destination: address(to), ...fields }));
  const departure = receive(kernel(), { skb, iif: 'd0', looped: false, prerouted: false });
  expect(inWords(departure)).toBe(expected);
});

test.each([
  ['as long as the device allows', '10.0.1.9', { length: 1500 }, 'out d1 ttl 64'],
  ['one byte longer', '10.0.1.9', { length: 1501 }, 'PKT_TOO_BIG icmp 3/4 mtu 1500 EMSGSIZE'],
  [
    'one byte longer without DF',
    '10.0.1.9',
    { length: 1501, dontFragment: false },
    'out d1 ttl 64',
  ],
  [
    'longer than the route allows',
    '40.0.0.1',
    { length: 1201 },
    'PKT_TOO_BIG icmp 3/4 mtu 1200 EMSGSIZE',
  ],
  ['a hop count of 1 leaves', '10.0.1.9', { ttl: 1 }, 'out d1 ttl 1'],
  ['to this host by the size of lo', '10.0.0.1', { length: 9000 }, 'out lo ttl 64'],
] as const)('sent: %s', (_, to, fields, expected) => {
  const draft = packet({ destination: address(to), source: address('10.0.0.1'), ...fields });
  const router = kernel();
  const key = { mark: 0, tos: 0, oif: null, protocol: 17, sport: 4000, dport: 53, uid: 0 };
  const route = findOutputRoute(router, freshSkb(draft), {
    ...key,
    destination: draft.destination,
    source: null,
    anySource: false,
  });
  if (route.kind === 'error') throw new Error(route.errno);
  const skb = freshSkb(draft);
  const send = { skb, route, boundDevice: null, socket: { uid: 0, isClients: true } };
  expect(inWords(sendLocal(router, send))).toBe(expected);
});
