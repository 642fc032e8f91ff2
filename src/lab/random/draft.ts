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
  /** Texts for ip6tables of either backend. */
  readonly ip6tables: { legacy?: string; iptablesNft?: string };
  /** Whole native tables. */
  readonly nft: string[];
  readonly listeners: Listener[];
  /** Run last: what a batch of `ip` cannot say. */
  readonly commands: (readonly string[])[];
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
    ip6tables: {},
    nft: [],
    listeners: [],
    commands: [],
  };
}

/** The namespace as the laboratory builds it. What nothing was added to is left out. */
export function finishDraft(draft: Draft): LabNamespace {
  const { name, place, tunnels, ip, bridge, sysctls, ipsets, nft, listeners, commands } = draft;
  const { legacy, iptablesNft } = draft.ip6tables;
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
    ...(legacy ? { ip6tablesLegacy: legacy } : {}),
    ...(iptablesNft ? { ip6tablesNft: iptablesNft } : {}),
    ...(nft.length > 0 ? { nft: nft.join('') } : {}),
    listeners,
    ...(commands.length > 0 ? { commands } : {}),
  };
}
