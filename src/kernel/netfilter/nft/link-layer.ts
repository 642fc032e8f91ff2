import type { NetnsState } from '../../netns-state.ts';
import type { RuleScope } from './rule-scope.ts';

/** Whether frames of a device have an Ethernet header: `none` for no device or another kind. */
export function linkLayerOf(netns: NetnsState, device: string): 'ether' | 'none' | 'unknown' {
  if (device === '') return 'none';
  const type = linkType(netns, device);
  return type === null ? 'unknown' : type === ARPHRD_ETHER ? 'ether' : 'none';
}

/**
 * The device whose frame a rule sees: of what goes out that is the output device, for rules of frames.
 */
export function frameDevice({ table, packet }: RuleScope): string {
  const { iif, oif } = packet.context;
  return iif === '' && (table.family === 'netdev' || table.family === 'bridge') ? oif : iif;
}

const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;
const ARPHRD_NONE = 65534;
const ARPHRD_OF_TUNNEL = { ipip: 768, ip6tnl: 769, sit: 776, gre: 778, ip6gre: 823 } as const;

/** A device's link type, or null when it is not known. Linux: include/uapi/linux/if_arp.h. */
export function linkType(netns: NetnsState, name: string): number | null {
  const details = netns.devices?.find((device) => device.name === name)?.details;
  switch (details?.kind) {
    case 'loopback':
      return ARPHRD_LOOPBACK;
    case 'ethernet':
    case 'veth':
    case 'bridge':
    case 'vxlan':
    case 'vlan':
    case 'macvlan':
    case 'bond':
    case 'dummy':
      return ARPHRD_ETHER;
    case 'geneve':
      return ARPHRD_ETHER;
    case 'ip-tunnel':
      return ARPHRD_OF_TUNNEL[details.tunnel.type];
    case 'wireguard':
      return ARPHRD_NONE;
    case 'tun':
      return details.tun.mode === 'tap' ? ARPHRD_ETHER : ARPHRD_NONE;
    case 'other':
    case undefined:
      return null;
  }
}
