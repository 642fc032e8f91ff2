import { netnsKey } from '../../packet/place.ts';
import { OPEN_QUESTION } from '../decide.ts';
import type { Kernel } from '../kernel.ts';
import type { NftTable } from './nft/table.ts';

/** Where a frame meets rules that are known to be there and are not evaluated. */
export type FramePlace =
  /** A bridge: rules of family bridge. */
  | { readonly kind: 'bridge'; readonly bridge: string }
  /** In by or out of a device: rules of family netdev, and of inet at ingress. */
  | { readonly kind: 'ingress' | 'egress'; readonly device: string }
  /** An ARP packet: rules of family arp. */
  | { readonly kind: 'arp'; readonly device: string };

/**
 * Whether a frame gets past tables of nft that the model does not evaluate. Each is named as
 * unsupported, and whether it drops is an open question. Returns the table that drops, or null.
 * Linux: nf_hook_ingress(), br_handle_frame(), arp_rcv().
 */
export function dropsUnmodelled(kernel: Kernel, place: FramePlace): string | null {
  for (const table of kernel.netns.ruleset.nft ?? []) {
    if (!isAt(table, place)) continue;
    const name = `nft table ${table.family} ${table.name}`;
    const where = kernel.netns.ref;
    kernel.run.unsupported({ construct: name, where, source: table.source });
    const device = place.kind === 'bridge' ? place.bridge : place.device;
    const passes = kernel.run.decider.decide({
      id: `unmodelled:${netnsKey(where)}:${name}:${place.kind}:${device}`,
      kind: 'unknown',
      topic: 'ruleset',
      where,
      subject: `${name} lets frames pass (${place.kind} ${device})`,
      options: OPEN_QUESTION,
    });
    if (passes.value === 'no') return name;
  }
  return null;
}

function isAt({ family, baseChains }: NftTable, place: FramePlace): boolean {
  switch (place.kind) {
    case 'bridge':
    case 'arp':
      return family === place.kind && baseChains.length > 0;
    case 'ingress':
    case 'egress':
      return baseChains.some(
        // `nft -j` of 1.0.6 does not print the device; then it may be this one.
        ({ hook, devices }) =>
          hook === place.kind && (devices.length === 0 || devices.includes(place.device)),
      );
  }
}
