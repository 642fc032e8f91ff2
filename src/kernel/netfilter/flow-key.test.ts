import { expect, test } from 'vitest';
import { parseIpv4 } from '../../packet/address.ts';
import type { TcpFlags } from '../../packet/packet.ts';
import { freshSkb } from '../answer.ts';
import type { Skb } from '../skb.ts';
import { describeDraw, describeFlow } from './flow-key.ts';

function segment(flags: TcpFlags): Skb {
  const source = parseIpv4('10.0.0.1');
  const destination = parseIpv4('10.0.0.2');
  if (!source || !destination) throw new Error('no address');
  const transport = { kind: 'tcp', sport: 40000, dport: 80, flags } as const;
  return freshSkb({
    source,
    destination,
    protocol: 6,
    ttl: 64,
    tos: 0,
    length: 60,
    dontFragment: true,
    transport,
  });
}

test('two packets of a flow have one name as a flow, and are drawn for one by one', () => {
  const [syn, ack] = [segment({ syn: true }), segment({ ack: true })];
  expect(describeFlow(syn)).toBe(describeFlow(ack));
  expect(describeDraw(syn)).not.toBe(describeDraw(ack));
});
