import { netnsKey } from '../../packet/place.ts';
import { OPEN_QUESTION } from '../decide.ts';
import { deviceNamed } from '../device/find-device.ts';
import type { Kernel } from '../kernel.ts';
import { mayDropArp } from './nft/may-drop-arp.ts';
import type { NftBaseChain, NftTable } from './nft/table.ts';

/**
 * Whether an ARP packet gets past the rules of nft that it meets at a device, which are not evaluated
 * for it: those of family arp, and those for all frames that could drop one. Each table is named as
 * unsupported, and whether it drops is an open question. Returns the table that drops, or null.
 * Linux: arp_rcv(), nf_hook_ingress(), br_handle_frame().
 */
export function dropsArp(kernel: Kernel, device: string): string | null {
  for (const table of kernel.netns.ruleset.nft ?? []) {
    if (!table.baseChains.some((chain) => isMet(kernel, table, chain, device))) continue;
    const name = `nft table ${table.family} ${table.name}`;
    const where = kernel.netns.ref;
    kernel.run.unsupported({ construct: `${name} for ARP`, where, source: table.source });
    const passes = kernel.run.decider.decide({
      id: `unmodelled:${netnsKey(where)}:${name}:arp:${device}`,
      kind: 'unknown',
      topic: 'ruleset',
      where,
      subject: `${name} lets frames pass (arp ${device})`,
      options: OPEN_QUESTION,
    });
    if (passes.value === 'no') return name;
  }
  return null;
}

function isMet(kernel: Kernel, table: NftTable, chain: NftBaseChain, device: string): boolean {
  switch (table.family) {
    case 'arp':
      return true;
    case 'netdev': {
      const isThere = chain.devices.length === 0 || chain.devices.includes(device);
      return isThere && mayDropArp(table, chain);
    }
    case 'bridge': {
      const { netns } = kernel;
      const found = deviceNamed(netns, device);
      const master = found?.master ? deviceNamed(netns, found.master) : undefined;
      const inBridge = found?.details.kind === 'bridge' || master?.details.kind === 'bridge';
      return inBridge && mayDropArp(table, chain);
    }
    default:
      return false;
  }
}
