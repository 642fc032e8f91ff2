import type { DeviceDetails, TunReader } from '../../kernel/device/device.ts';

/** Flannel's udp backend sends to this port. Source: flannel, backend/udp. */
export const FLANNEL_UDP_PORT = 8285;
/** Linux' default VXLAN port, which flannel uses. Source: drivers/net/vxlan. */
const VXLAN_PORT = 8472;

/** What a device's name says of its kind. `physical` is the default: eth0, ens3, bond0... */
export type NamedKind = 'tun' | 'vxlan' | 'bridge' | 'veth' | 'loopback' | 'physical';

/** The kind that a device's name implies, by the conventions of flannel, CNI plugins and Docker. */
export function kindOfName(name: string): NamedKind {
  if (name === 'lo') return 'loopback';
  if (/^flannel\d+$/.test(name)) return 'tun';
  if (/^flannel\.|^vxlan/.test(name)) return 'vxlan';
  if (/^(cni|docker|cbr|kube-bridge|br-)/.test(name)) return 'bridge';
  if (/^(veth|cali|lxc)/.test(name)) return 'veth';
  return 'physical';
}

/** Whether packets leave this device inside others. */
export function isOverlay(name: string): boolean {
  const kind = kindOfName(name);
  return kind === 'tun' || kind === 'vxlan';
}

/** Details of a device of the model, as far as the name gives them. */
export function detailsOfName(name: string, reader: TunReader): DeviceDetails {
  switch (kindOfName(name)) {
    case 'loopback':
      return { kind: 'loopback' };
    case 'tun':
      return { kind: 'tun', tun: { mode: 'tun', reader } };
    case 'vxlan':
      return {
        kind: 'vxlan',
        vxlan: {
          vni: Number(/\.(\d+)$/.exec(name)?.[1] ?? 1),
          port: VXLAN_PORT,
          local: null,
          remote: null,
          link: null,
          learning: false,
        },
      };
    case 'veth':
    case 'bridge':
      return { kind: 'veth', peerIfindex: null, peerNetnsId: null };
    case 'physical':
      return { kind: 'ethernet' };
  }
}
