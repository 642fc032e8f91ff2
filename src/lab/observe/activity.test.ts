import { describe, expect, it } from 'vitest';
import { countsAsActivity } from './activity.ts';
import { packetOf } from './frame.ts';

const US = '020000000001';
const ALL = 'ffffffffffff';
const A = '0a000001';
const B = '0a000002';
const arp = (to: string, operation: number, sender: string, target: string): string =>
  [to, US, '0806', `000108000604000${operation}`, US, sender, '000000000000', target].join('');
const LINK_LOCAL = 'fe800000000000000000000000000001';
const ANY = '0'.repeat(32);
const SOLICITED = 'ff0200000000000000000001ff000002';
const icmp6 = (source: string, type: string): string =>
  [
    ...['3333ff000002', US, '86dd', '6000000000183aff', source, SOLICITED],
    ...[type, '000000', '0'.repeat(40)],
  ].join('');
const UDP = [US, US, '0800', '4500001d0001000040110000', A, B, '0400005000090000ff'].join('');

describe('a frame', () => {
  it.each<[what: string, frame: string, counts: boolean]>([
    ['an IP packet', UDP, true],
    ['a broadcast question for a neighbour', arp(ALL, 1, A, B), true],
    ['an answer', arp(US, 2, B, A), false],
    ['a probe of a known neighbour', arp(US, 1, A, B), false],
    ['an announcement of oneself', arp(ALL, 1, A, A), false],
    ['a neighbour solicitation', icmp6(LINK_LOCAL, '87'), true],
    ['duplicate address detection', icmp6(ANY, '87'), false],
    ['a router solicitation', icmp6(LINK_LOCAL, '85'), false],
    ['a multicast listener report', icmp6(LINK_LOCAL, '8f'), false],
    ['no protocol that we know', `${ALL}${US}88cc0000`, false],
  ])('of %s counts as activity or not', (_, frame, counts) => {
    const packet = packetOf(Buffer.from(frame, 'hex'), 1);
    const sighting = {
      time: 0,
      namespace: 'a',
      device: 'eth0',
      direction: 'in',
      addressedTo: 'us',
      frame,
      linkType: 1,
      packet,
    } as const;
    expect(countsAsActivity(sighting)).toBe(counts);
  });
});
