import { type Address, IPV4_ANY, isIpv4Loopback, sameAddress } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import type { Decider } from './decide.ts';
import type { Device } from './device/device.ts';
import { deviceNamed } from './device/find-device.ts';
import type { NetnsState } from './netns-state.ts';
import { addressType } from './routing/address-type.ts';
import { routeInput } from './routing/input-route.ts';
import { routeOutput } from './routing/output-route.ts';
import { inSubnet, SCOPE, scopeNumber, selectSource } from './routing/source-address.ts';
import {
  arpAnnounce,
  arpFilter,
  arpIgnore,
  forwardingEnabled,
  proxyArp,
  proxyArpPvlan,
  routeLocalnet,
} from './sysctl-lookup.ts';

/** "Who has `target`? Tell `sender`", as it comes in by a device. */
export interface ArpRequest {
  readonly device: string;
  readonly sender: Address;
  readonly target: Address;
}

/** `own`: the namespace has the address. `proxy`: it answers for another host. */
export type ArpAnswer = 'own' | 'proxy';

/**
 * Whether a namespace answers an ARP request. It routes the question like a packet from the sender
 * to the target, so a strict rp_filter silences it too. Entries of `ip neigh add proxy` are not
 * part of a snapshot. Linux: arp_process().
 */
export function answerArp(
  netns: NetnsState,
  request: ArpRequest,
  decider: Decider,
): ArpAnswer | null {
  const { device, sender, target } = request;
  const receiver = deviceNamed(netns, device);
  if (receiver?.noArp) return null;
  if (isIpv4Loopback(target) && !routeLocalnet(netns, device, decider)) return null;
  if (sender.bits === 0) {
    // A probe for a duplicate address is answered without a look at the way back.
    const isLocal = addressType(netns, target, device, decider) === 'local';
    return isLocal && !ignored(netns, request, decider) ? 'own' : null;
  }
  const route = routeInput(netns, { packet: asPacket(request), iif: device, mark: 0 }, decider);
  if (route.kind === 'local') {
    const silent = ignored(netns, request, decider) || filtered(netns, request, decider);
    return silent ? null : 'own';
  }
  if (route.kind !== 'forward' || !forwardingEnabled(netns, device, decider)) return null;
  const proxied =
    route.device === device
      ? proxyArpPvlan(netns, device, decider) && !sameAddress(sender, target)
      : proxyArp(netns, device, decider);
  return proxied ? 'proxy' : null;
}

function asPacket({ sender, target }: ArpRequest): Packet {
  return {
    source: sender,
    destination: target,
    protocol: 0,
    ttl: 64,
    tos: 0,
    length: 0,
    dontFragment: false,
    transport: { kind: 'other' },
  };
}

/** Linux: arp_ignore(). */
function ignored(netns: NetnsState, request: ArpRequest, decider: Decider): boolean {
  const mode = arpIgnore(netns, request.device, decider);
  const own = deviceNamed(netns, request.device);
  switch (mode) {
    case 1:
      return !confirmed(own ? [own] : [], request.target, null, SCOPE.host);
    case 2:
      return !confirmed(own ? [own] : [], request.target, request.sender, SCOPE.host);
    case 3:
      return !confirmed(netns.devices ?? [], request.target, null, SCOPE.link);
    case 8:
      return true;
    default:
      return false;
  }
}

/** One of the devices has the address, not narrower than `scope`, and the sender in its subnet. Linux: inet_confirm_addr(). */
function confirmed(
  devices: readonly Device[],
  target: Address,
  sender: Address | null,
  scope: number,
): boolean {
  return devices.some(({ addresses }) => {
    const held = addresses.some(
      (item) => sameAddress(item.address, target) && scopeNumber(item.scope) <= scope,
    );
    return (
      held &&
      addresses.some(
        (item) => inSubnet(item, target) && (sender === null || inSubnet(item, sender)),
      )
    );
  });
}

/** The answer would leave by another device than the request came in by. Linux: arp_filter(). */
function filtered(
  netns: NetnsState,
  { device, sender, target }: ArpRequest,
  decider: Decider,
): boolean {
  if (!arpFilter(netns, device, decider)) return false;
  const back = routeOutput(
    netns,
    {
      destination: sender,
      source: target,
      oif: null,
      mark: 0,
      tos: 0,
      protocol: 0,
      sport: 0,
      dport: 0,
      uid: 0,
      anySource: false,
    },
    decider,
  );
  return back.kind === 'error' || back.device !== device;
}

/** The address a namespace asks with for a packet it wants to send. Linux: arp_solicit(). */
export function arpSender(
  netns: NetnsState,
  asked: { readonly device: string; readonly source: Address; readonly target: Address },
  decider: Decider,
): Address {
  const { device, source, target } = asked;
  const mode = arpAnnounce(netns, device, decider);
  const isOwn = mode < 2 && addressType(netns, source, null, decider) === 'local';
  if (isOwn && (mode === 0 || onLink(netns, device, source, target))) return source;
  const wanted = { device, toward: target, scope: SCOPE.link };
  return selectSource(netns, wanted, decider)?.address ?? IPV4_ANY;
}

/** Linux: inet_addr_onlink(). */
function onLink(netns: NetnsState, device: string, source: Address, target: Address): boolean {
  return (deviceNamed(netns, device)?.addresses ?? []).some(
    (held) => !held.secondary && inSubnet(held, target) && inSubnet(held, source),
  );
}
