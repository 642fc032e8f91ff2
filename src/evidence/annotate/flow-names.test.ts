import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../packet/address.ts';
import { BARE_PACKET } from '../bare-packet.ts';
import type { ObservedPacket } from '../observation.ts';
import { NO_TCP_OPTIONS } from '../tcp-options.ts';
import { type FlowTuple, flowNames } from './flow-names.ts';

function address(text: string) {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(text);
  return parsed;
}

/** `10.0.0.1:40000 > 10.96.0.1:80 SYN`, with an IP ID that tells packets apart. */
function packet(text: string, ipId = 0): ObservedPacket {
  const [, source = '', sport, destination = '', dport, flags = ''] =
    /^(\S+):(\d+) > (\S+):(\d+) ?(.*)$/.exec(text) ?? [];
  const syn = flags.includes('SYN') ? ({ syn: true } as const) : {};
  const ack = flags.includes('ACK') ? ({ ack: true } as const) : {};
  return {
    ...BARE_PACKET,
    source: address(source),
    destination: address(destination),
    protocol: 6,
    sport: Number(sport),
    dport: Number(dport),
    ipId,
    length: 60,
    tcp: {
      ...NO_TCP_OPTIONS,
      flags: { ...syn, ...ack },
      sequence: null,
      printedSequence: null,
      acknowledgement: null,
      window: null,
      payloadLength: null,
    },
  };
}

const never = () => false;
/** 10.96.0.1:80 is translated to 10.244.1.9:8080. */
const translated = (from: FlowTuple, to: FlowTuple): boolean =>
  from.destination.bits === address('10.96.0.1').bits &&
  to.destination.bits === address('10.244.1.9').bits;

const SYN = '10.0.0.1:40000 > 10.96.0.1:80 SYN';
const BEHIND = '10.0.0.1:40000 > 10.244.1.9:8080 SYN';

describe('a flow', () => {
  it.each<[what: string, first: ObservedPacket, second: ObservedPacket, direction: string]>([
    [
      'is named alike both ways',
      packet(SYN),
      packet('10.96.0.1:80 > 10.0.0.1:40000 SYN,ACK'),
      'back',
    ],
    ['keeps its name behind a translation that is known', packet(SYN), packet(BEHIND), 'to'],
    [
      'keeps it on the way back',
      packet(SYN),
      packet('10.244.1.9:8080 > 10.0.0.1:40000 SYN,ACK'),
      'back',
    ],
    ['keeps it when the translated packet came first', packet(BEHIND), packet(SYN), 'to'],
  ])('%s', (_what, first, second, direction) => {
    const nameOf = flowNames(translated);
    const id = nameOf(first)?.id;
    expect(nameOf(second)).toEqual({ id, direction, about: false });
  });

  it.each([
    ['the destination', '10.0.0.1:40000 > 172.16.0.5:9090 SYN'],
    ['the source', '192.168.0.1:40000 > 10.96.0.1:80 SYN'],
  ])('is known by its packet when %s is translated to what nobody states', (_what, other) => {
    const nameOf = flowNames(never);
    const id = nameOf(packet(SYN, 4711))?.id;
    expect(nameOf(packet(other, 4711))?.id).toBe(id);
    expect(nameOf(packet(other, 4712))?.id).toBe(id);
    expect(flowNames(never)(packet(other, 4711))?.id).not.toBe(id);
  });

  it('is another one with another packet', () => {
    const nameOf = flowNames(never);
    const id = nameOf(packet(SYN, 4711))?.id;
    expect(nameOf(packet('10.0.0.1:40000 > 172.16.0.5:9090 SYN', 4712))?.id).not.toBe(id);
  });

  it('is the one that conntrack lists, from either tuple', () => {
    const end = (text: string, port: number) => ({ at: address(text), port });
    const tuple = (from: ReturnType<typeof end>, to: ReturnType<typeof end>): FlowTuple => ({
      protocol: 6,
      source: from.at,
      sport: from.port,
      destination: to.at,
      dport: to.port,
    });
    const entry = {
      original: tuple(end('10.0.0.1', 40000), end('10.96.0.1', 80)),
      reply: tuple(end('10.244.1.9', 8080), end('192.168.0.1', 61000)),
    };
    const nameOf = flowNames(never, [entry]);
    const id = nameOf(packet(SYN))?.id;
    expect(nameOf(packet('192.168.0.1:61000 > 10.244.1.9:8080'))).toMatchObject({
      id,
      direction: 'to',
    });
    expect(nameOf(packet('10.244.1.9:8080 > 192.168.0.1:61000'))).toMatchObject({
      id,
      direction: 'back',
    });
    expect(flowNames(never)(packet(SYN))?.id).toBe(id);
  });

  it('is named by what an ICMP error quotes', () => {
    const nameOf = flowNames(never);
    const id = nameOf(packet(SYN))?.id;
    const error: ObservedPacket = {
      ...packet('10.9.9.9:0 > 10.0.0.1:0'),
      protocol: 1,
      tcp: null,
      icmp: { type: 3, code: 1, id: null, sequence: null, mtu: null, quoted: packet(SYN) },
    };
    expect(nameOf(error)).toEqual({ id, direction: 'to', about: true });
  });

  it('is remembered while it is used, however many others there are', () => {
    const nameOf = flowNames(translated);
    const id = nameOf(packet(SYN))?.id;
    for (let port = 1; port <= 30_000; port++) {
      nameOf(packet(`10.0.0.2:${port} > 10.1.1.${port % 250}:80 SYN`));
      if (port % 1000 === 0) expect(nameOf(packet(BEHIND))?.id).toBe(id);
    }
  });
});
