import { isMapped } from '../kernel/conntrack/manip.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { missingRules } from '../kernel/netfilter/missing-rules.ts';
import type { Skb } from '../kernel/skb.ts';
import { type Address, formatAddress, sameAddress } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import { contains, type Prefix, parsePrefix } from '../packet/prefix.ts';
import { neighbourFailed } from './neighbour.ts';
import { type Crossing, droppedAt, ended } from './passage.ts';
import type { World } from './world.ts';

/** A packet for a neighbour that no captured namespace has. */
export interface TowardsUncaptured {
  readonly device: string;
  readonly nexthop: Address;
  readonly skb: Skb;
  /** Nothing but captured hosts is on the link. */
  readonly complete: boolean;
}

/** Addresses that are not globally reachable: RFC 6890 and the IANA registry that follows it. */
const NOT_GLOBAL: readonly Prefix[] = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
]
  .map(parsePrefix)
  .filter((prefix) => prefix !== null);

const DEAD_STATES = new Set(['FAILED', 'INCOMPLETE']);

/**
 * What a host outside the snapshot does with a packet. If it is the destination, the packet has
 * left what is known. If it is a gateway, it is assumed not to know addresses that are not globally
 * reachable, which the cluster's are (a plain router does not), and to forward the rest.
 */
export function meetUncapturedHost(
  world: World,
  kernel: Kernel,
  towards: TowardsUncaptured,
): Crossing {
  const { device, nexthop, skb } = towards;
  const { netns } = kernel;
  const entry = netns.neighbours?.find(
    (neighbour) => neighbour.device === device && sameAddress(neighbour.address, nexthop),
  );
  const dead = entry?.states.some((state) => DEAD_STATES.has(state)) ?? false;
  const exists =
    !dead && (entry !== undefined || (!towards.complete && assumeExists(world, kernel, towards)));
  if (!exists) return neighbourFailed(kernel, skb, nexthop, device);
  record(
    kernel,
    skb,
    { kind: 'neighbour', address: nexthop, mac: entry?.mac ?? null },
    { oif: device, source: entry?.source ?? null },
  );
  const { destination } = skb.packet;
  if (sameAddress(destination, nexthop)) return ended({ kind: 'left', kernel, device, skb });
  if (mayBeTranslated(kernel, skb)) return ended({ kind: 'left', kernel, device, skb });
  if (gatewayDrops(world, nexthop, destination)) {
    const at = `gateway ${formatAddress(nexthop)}`;
    record(kernel, skb, { kind: 'drop', reason: 'NOT_SPECIFIED', at }, { oif: device });
    return droppedAt(kernel, skb, 'NOT_SPECIFIED');
  }
  return ended({ kind: 'left', kernel, device, skb });
}

function assumeExists(world: World, kernel: Kernel, towards: TowardsUncaptured): boolean {
  const where = kernel.netns.ref;
  const address = formatAddress(towards.nexthop);
  const gateway = !sameAddress(towards.nexthop, towards.skb.packet.destination);
  const answer = world.run.decider.decide({
    id: `neighbour:${netnsKey(where)}:${towards.device}:${address}`,
    kind: 'unknown',
    topic: 'neighbour',
    where,
    subject: `${address} on ${towards.device}`,
    options: [
      { value: 'answers', probability: 1, cost: 0 },
      // A gateway that a route names is expected to be there; any other host may or may not.
      { value: 'absent', probability: 1, cost: gateway ? 4 : 0 },
    ],
  });
  return answer.value === 'answers';
}

/**
 * Whether a gateway drops. It may know the way to a pod or node that is known to exist outside the
 * snapshot, as the routers of a cloud do: that is open.
 */
function gatewayDrops(world: World, gateway: Address, destination: Address): boolean {
  const isLocal = isNotGlobal(destination);
  const isElsewhere = world.network.elsewhere?.has(formatAddress(destination)) ?? false;
  const drop = { value: 'drop', probability: 1, cost: isLocal ? 0 : 4 };
  const forward = { value: 'forward', probability: 1, cost: isLocal && !isElsewhere ? 3 : 0 };
  const answer = world.run.decider.decide({
    id: `gateway:${formatAddress(gateway)}:${isLocal ? formatAddress(destination) : 'public'}`,
    kind: 'unknown',
    topic: 'node',
    where: null,
    subject: `gateway ${formatAddress(gateway)} for ${formatAddress(destination)}`,
    options: isLocal && !isElsewhere ? [drop, forward] : [forward, drop],
  });
  return answer.value === 'drop';
}

/**
 * A destination that only a rule gives a meaning, as a Service's, goes to the gateway when no rule
 * translates it. Where the rules of the node were not collected, that it was not translated is no
 * fact.
 */
function mayBeTranslated({ netns, run }: Kernel, { packet, ct }: Skb): boolean {
  const missing = missingRules(netns.ruleset);
  if (missing === null || !isNotGlobal(packet.destination)) return false;
  // A connection is translated once.
  const translated =
    ct.kind === 'tracked' && (ct.direction === 'reply' || isMapped(ct.connection, 'dst'));
  if (translated) return false;
  const address = formatAddress(packet.destination);
  const answer = run.decider.decide({
    id: `ruleset:${netnsKey(netns.ref)}:${missing}:translation:${address}`,
    kind: 'unknown',
    topic: 'ruleset',
    where: netns.ref,
    subject: `${missing} that translate ${address}`,
    options: [
      { value: 'none', probability: 1, cost: 0 },
      // Who collects iptables' rules and finds kube-proxy's there has seldom more in nft.
      { value: 'some', probability: 1, cost: missing === 'nft' ? 3 : 0 },
    ],
  });
  return answer.value === 'some';
}

function isNotGlobal(address: Address): boolean {
  return NOT_GLOBAL.some((prefix) => contains(prefix, address));
}
