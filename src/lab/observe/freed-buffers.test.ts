import { describe, expect, it } from 'vitest';
import { BARE_PACKET } from '../../evidence/bare-packet.ts';
import type { Sighting } from '../report.ts';
import { readBufferEvents } from './drop-events.ts';
import { freedBuffers } from './freed-buffers.ts';

/** A frame of 60 bytes behind its Ethernet header, which came in at 100 seconds and some. */
function sighting(namespace: string, microseconds: number): Sighting {
  return {
    time: 100e9 + microseconds * 1e3,
    namespace,
    device: 'eth0',
    direction: 'in',
    addressedTo: 'us',
    frame: '00'.repeat(74),
    linkType: 1,
    packet: BARE_PACKET,
  };
}

const SELF = 'node-29670';
const TASK = 'node-29670   [000] ..s1. ';
const LIKE_US = 'node-29999   [001] ..s1. ';
const OTHER = 'curl-30000   [001] ..s1. ';
const at = (microseconds: number): string => `100.${String(microseconds).padStart(6, '0')}`;
const received = (buffer: string, time: number, task = TASK): string =>
  `  ${task}${at(time)}: netif_receive_skb: dev=eth0 skbaddr=${buffer} len=60`;
const left = (buffer: string, time: number, task = TASK): string =>
  `  ${task}${at(time)}: net_dev_start_xmit: dev=eth9 queue_mapping=0 skbaddr=${buffer} vlan_tagged=0 protocol=0x0800 ip_summed=3 len=74 data_len=0`;
const freed = (buffer: string, time: number, task = TASK, protocol = 2048): string =>
  `  ${task}${at(time)}: kfree_skb: skbaddr=${buffer} rx_sk=0 protocol=${protocol} location=nf_hook_slow+0x7d/0x110 reason: NETFILTER_DROP`;
const consumed = (buffer: string, time: number): string =>
  `  ${TASK}${at(time)}: consume_skb: skbaddr=${buffer} location=icmp_rcv+0x1/0x2`;

describe('where a freed buffer was', () => {
  it.each<[what: string, sightings: readonly Sighting[], lines: readonly string[], last: unknown]>([
    ['a device of ours', [sighting('a', 10)], [received('b1', 12), freed('b1', 13)], 'a'],
    [
      'the namespace whose frame came first, of two with one name and length',
      [sighting('a', 10), sighting('b', 20)],
      [received('b1', 12), received('b2', 22), freed('b2', 23)],
      'b',
    ],
    [
      'nowhere: no device had it',
      [sighting('a', 10)],
      [received('b1', 12), freed('b2', 13)],
      'nowhere',
    ],
    ['elsewhere: no sighting is so long', [], [received('b1', 12), freed('b1', 13)], 'elsewhere'],
    [
      "elsewhere: a stranger's device of the same name, which got it from a device we do not have",
      [sighting('a', 15)],
      [
        left('f1', 14, OTHER),
        received('f1', 15, OTHER),
        received('b1', 17),
        freed('f1', 18, OTHER),
      ],
      'elsewhere',
    ],
    [
      'elsewhere: another laboratory sends the same at the same time, a little earlier',
      [{ ...sighting('a', 10), direction: 'out', device: 'eth9' }],
      [left('f1', 11, LIKE_US), left('b1', 12), freed('f1', 13, LIKE_US)],
      'elsewhere',
    ],
    [
      'a device of ours, though another laboratory sent the same a little earlier',
      [{ ...sighting('a', 10), direction: 'out', device: 'eth9' }],
      [left('f1', 11, LIKE_US), left('b1', 12), freed('b1', 13)],
      'a',
    ],
    [
      'nowhere: what had its address before was used up',
      [sighting('a', 10)],
      [received('b1', 12), consumed('b1', 13), freed('b1', 14)],
      'nowhere',
    ],
    [
      'nowhere: another task frees it as it passes',
      [sighting('a', 10)],
      [received('b1', 12), freed('b1', 90, OTHER)],
      'nowhere',
    ],
    [
      'nowhere: it is of another protocol than the packet that had the address',
      [sighting('a', 10)],
      [received('b1', 12), freed('b1', 13, TASK, 34525)],
      'nowhere',
    ],
  ])('is %s', (_, sightings, lines, last) => {
    const { events } = readBufferEvents(lines.join('\n'));
    expect(events).toHaveLength(lines.length);
    const [buffer] = freedBuffers(events, sightings, SELF).freed;
    const place = typeof buffer?.last === 'string' ? buffer.last : buffer?.last.namespace;
    expect(place).toBe(last);
  });

  it.each<[what: string, untold: number, time: number, protocol: number]>([
    ['may be ours, right after it came in', 1, 90, 2048],
    ['is not, much later: its address was given again', 0, 9_000, 2048],
    ['is not, of another protocol', 0, 90, 34525],
  ])('and what another task frees %s', (_, untold, time, protocol) => {
    const { events } = readBufferEvents(
      [received('b1', 12), freed('b1', time, OTHER, protocol)].join('\n'),
    );
    expect(freedBuffers(events, [sighting('a', 10)], SELF).untold).toBe(untold);
  });

  it('is not known where others took the events of a frame', () => {
    const others = [received('f1', 12, OTHER), received('f2', 3_000, OTHER)];
    const { events } = readBufferEvents(others.join('\n'));
    expect(freedBuffers(events, [sighting('a', 10), sighting('a', 11)], SELF).untold).toBe(0);
    expect(freedBuffers(events, [sighting('a', 3_100)], SELF).untold).toBe(1);
  });

  it('is told with reason and place of the code', () => {
    const { events, lost } = readBufferEvents(`${freed('b1', 13)}\nCPU:1 [LOST 7 EVENTS]\n`);
    expect(events).toEqual([
      {
        kind: 'freed',
        time: 100_000_013_000,
        buffer: 'b1',
        task: 'node-29670   [000]',
        protocol: 2048,
        location: 'nf_hook_slow',
        reason: 'NETFILTER_DROP',
      },
    ]);
    expect(lost).toBe(7);
  });
});
