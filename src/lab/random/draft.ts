import type { LabNamespace, LabPlace, Listener, TunRelay } from '../topology/topology.ts';
import { printTables, type XtablesDraft } from './xtables-draft.ts';

/** A namespace that is being put together; generators add to it. */
export interface Draft {
  readonly name: string;
  readonly place: LabPlace;
  readonly tunnels: TunRelay[];
  readonly ip: string[];
  readonly bridge: string[];
  readonly sysctls: Record<string, string>;
  readonly ipsets: string[];
  readonly legacy: XtablesDraft;
  readonly iptablesNft: XtablesDraft;
  /** Whole native tables. */
  readonly nft: string[];
  readonly listeners: Listener[];
}

export function newDraft(name: string, place: LabPlace): Draft {
  return {
    name,
    place,
    tunnels: [],
    ip: [],
    bridge: [],
    sysctls: {},
    ipsets: [],
    legacy: new Map(),
    iptablesNft: new Map(),
    nft: [],
    listeners: [],
  };
}

/** The namespace as the laboratory builds it. What nothing was added to is left out. */
export function finishDraft(draft: Draft): LabNamespace {
  const { name, place, tunnels, ip, bridge, sysctls, ipsets, nft, listeners } = draft;
  return {
    name,
    place,
    ...(tunnels.length > 0 ? { tunnels } : {}),
    ip,
    ...(bridge.length > 0 ? { bridge } : {}),
    sysctls,
    ...(ipsets.length > 0 ? { ipsets: `${ipsets.join('\n')}\n` } : {}),
    ...(draft.legacy.size > 0 ? { iptablesLegacy: printTables(draft.legacy) } : {}),
    ...(draft.iptablesNft.size > 0 ? { iptablesNft: printTables(draft.iptablesNft) } : {}),
    ...(nft.length > 0 ? { nft: nft.join('') } : {}),
    listeners,
  };
}
