import type { FlowAsk } from '../../diagnosis/input.ts';
import type { LogEnd, LogEnds } from '../../evidence/logrules/selector.ts';
import type { Network } from '../../kernel/network.ts';
import { type Address, formatAddress, sameAddress } from '../../packet/address.ts';
import type { Flow } from '../../packet/flow.ts';
import { ports } from '../../packet/packet.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import type { PacketTrace, Trace } from '../../trace/trace.ts';
import { traceStated } from '../trace-stated.ts';

/** A flow's ends and the namespaces that its packets pass. */
export interface TracedEnds {
  readonly ends: LogEnds;
  readonly places: readonly NetnsRef[];
}

/** What the model says the flow's addresses become, in every branch that is followed. */
export function tracedEnds(network: Network, flow: Flow): TracedEnds {
  const trace = traceStated(network, flow);
  const endpoints = new Map<string, LogEnd>();
  const clients = new Map<string, Address>();
  const places = new Map([[netnsKey(flow.from), flow.from]]);
  for (const packet of requests(trace)) {
    for (const { skb, where } of packet.steps) {
      // What carries the packet through a tunnel has addresses of its own.
      if (skb.packet.inner) continue;
      places.set(netnsKey(where), where);
      const { source, destination } = skb.packet;
      const port = flow.protocol === 'icmp' ? null : ports(skb.packet).dport;
      endpoints.set(`${formatAddress(destination)} ${port}`, { address: destination, port });
      // A socket asks for its address before it has one.
      if (BigInt(source.bits) !== 0n) clients.set(formatAddress(source), source);
    }
  }
  for (const { address } of endpoints.values()) {
    const holder = holderOf(network, address);
    if (holder) places.set(netnsKey(holder), holder);
  }
  const destination = { address: flow.to, port: flow.protocol === 'icmp' ? null : flow.port };
  const isOwn = ({ address, port }: LogEnd): boolean =>
    sameAddress(address, flow.to) && port === destination.port;
  return {
    ends: {
      protocol: flow.protocol,
      destination,
      endpoints: [...endpoints.values()].filter((end) => !isOwn(end)),
      clients: [...clients.values()],
      clientPort: flow.sport,
      atClient: true,
    },
    places: [...places.values()],
  };
}

function requests({ outcomes }: Trace): readonly PacketTrace[] {
  return outcomes.flatMap(({ packets }) =>
    packets.filter(({ direction, kind }) => direction === 'original' && kind !== 'icmp-error'),
  );
}

function holderOf(network: Network, address: Address): NetnsRef | null {
  for (const { devices, ref } of network.namespaces.values()) {
    const has = devices?.some(({ addresses }) =>
      addresses.some((own) => sameAddress(own.address, address)),
    );
    if (has) return ref;
  }
  return null;
}

/** The ends as options state them, without a snapshot. */
export function statedEnds(ask: FlowAsk, endpoints: readonly LogEnd[]): LogEnds | null {
  if (ask.to === null) return null;
  const protocol = ask.protocol ?? 'tcp';
  return {
    protocol,
    destination: { address: ask.to, port: protocol === 'icmp' ? null : ask.port },
    endpoints,
    clients: ask.boundSource === null ? [] : [ask.boundSource],
    clientPort: ask.sport,
    atClient: true,
  };
}
