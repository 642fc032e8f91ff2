import type { NetnsState } from '../netns-state.ts';
import type { BridgeVlan } from './device.ts';
import { deviceNamed } from './find-device.ts';

/** What a bridge that filters VLANs does with a frame between two of its devices. */
export type VlanPass =
  | { readonly kind: 'pass' }
  | { readonly kind: 'drop'; readonly why: string }
  /** Its VLANs were not collected, or the frame leaves with another tag than it came with. */
  | { readonly kind: 'unknown'; readonly why: string };

const PASS: VlanPass = { kind: 'pass' };

/**
 * Whether a frame may go from one device of a bridge to another; the bridge itself is one of them.
 * Linux: br_allowed_ingress(), br_allowed_egress(), br_handle_vlan().
 */
export function vlanPass(
  netns: NetnsState,
  bridge: string,
  way: { readonly from: string; readonly to: string; readonly vlan: number | null },
): VlanPass {
  const details = deviceNamed(netns, bridge)?.details;
  if (details?.kind !== 'bridge' || !details.bridge.vlanFiltering) return PASS;
  const from = deviceNamed(netns, way.from)?.vlans;
  const to = deviceNamed(netns, way.to)?.vlans;
  if (!from || !to) return { kind: 'unknown', why: `VLANs of ${bridge}` };
  const id = way.vlan ?? from.find(({ pvid }) => pvid)?.first;
  if (id === undefined) return { kind: 'drop', why: `${way.from} has no VLAN for untagged frames` };
  if (!find(from, id)) return { kind: 'drop', why: `VLAN ${id} is not on ${way.from}` };
  const egress = find(to, id);
  if (!egress) return { kind: 'drop', why: `VLAN ${id} is not on ${way.to}` };
  const tag = egress.untagged ? null : id;
  return tag === way.vlan ? PASS : { kind: 'unknown', why: `a VLAN tag that ${bridge} changes` };
}

function find(vlans: readonly BridgeVlan[], id: number): BridgeVlan | undefined {
  return vlans.find(({ first, last }) => id >= first && id <= last);
}
