import { formatAddress } from '../../packet/address.ts';
import { type Packet, ports } from '../../packet/packet.ts';
import { protocolName } from '../../packet/protocol.ts';
import type { Tuple } from '../conntrack/tuple.ts';
import type { Skb } from '../skb.ts';

/**
 * Names the flow and direction of a packet, for the ids of questions that are asked anew for each
 * flow: the connection's original tuple when there is one, since NAT does not change it.
 */
export function describeFlow(skb: Skb): string {
  if (skb.ct.kind !== 'tracked') return describePacket(skb.packet);
  return `${describeTuple(skb.ct.connection.original)} ${skb.ct.direction}`;
}

/**
 * Names one packet of a flow, for the ids of choices that the kernel makes anew for each: a SYN that a
 * random drop lets pass says nothing of the ACK that follows.
 */
export function describeDraw(skb: Skb): string {
  const { transport } = skb.packet;
  const flow = describeFlow(skb);
  return transport.kind === 'tcp' ? `${flow} ${Object.keys(transport.flags).join(' ')}` : flow;
}

function describeTuple(tuple: Tuple): string {
  const { source, destination, sport, dport } = tuple;
  return describe(tuple.protocol, [
    `${formatAddress(source)} ${sport}`,
    `${formatAddress(destination)} ${dport}`,
  ]);
}

function describePacket(packet: Packet): string {
  const { sport, dport } = ports(packet);
  const t = packet.transport;
  const icmp = t.kind === 'icmp' ? ` ${t.type}/${t.code} ${t.id ?? ''}` : '';
  return describe(packet.protocol, [
    `${formatAddress(packet.source)} ${sport}`,
    `${formatAddress(packet.destination)} ${dport}${icmp}`,
  ]);
}

function describe(protocol: number, ends: readonly [string, string]): string {
  return `${protocolName(protocol)} ${ends[0]} > ${ends[1]}`;
}
