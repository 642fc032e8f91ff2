import { builtinChain, type Hook } from '../../linux/hook.ts';
import type { XtTableName } from '../../linux/priority.ts';
import type { NetnsRef } from '../../packet/place.ts';
import { planId } from './log-prefix.ts';
import { XT_MOMENTS } from './moment.ts';
import { nftCommands } from './nft-commands.ts';
import { endsElsewhere, endsText, type LogEnds } from './selector.ts';
import { xtCommands } from './xt-commands.ts';

export type LogBackend = 'iptables' | 'iptables-legacy' | 'iptables-nft' | 'nft';

/** `client`: on the client's node, in its own or the host's namespace. `other`: on the way, or at its end. */
export type LogRole = 'client' | 'other';

/** Where rules are to be inserted. */
export interface LogSite {
  /** Null where no snapshot names it: any node on the way. */
  readonly where: NetnsRef | null;
  readonly role: LogRole;
  readonly backend: LogBackend;
  /**
   * The built-in chains that exist there, as `nat POSTROUTING`; null when that is not known. A rule
   * in another one would make a table, which the undo could not take back.
   */
  readonly chains: ReadonlySet<string> | null;
  /** Lines of this namespace reach the kernel's log: the host's do, others only when asked for. */
  readonly logsOf: 'host' | 'others-allowed' | 'others-refused' | 'others-unknown';
}

/** Commands of one namespace, in order; the undo takes back exactly what they did. */
export interface LogSection {
  readonly site: LogSite;
  readonly add: readonly (readonly string[])[];
  readonly undo: readonly (readonly string[])[];
  /** Places that are left out because their table or chain does not exist there. */
  readonly absent: readonly { readonly table: XtTableName; readonly hook: Hook }[];
  readonly rules: number;
}

export interface LogPlan {
  readonly id: string;
  readonly ends: LogEnds;
  readonly sections: readonly LogSection[];
}

/** Makes the rules that log a flow at every table of every hook, in both directions. */
export function planLogRules(ends: LogEnds, sites: readonly LogSite[]): LogPlan {
  const id = planId(endsText(ends));
  return {
    id,
    ends,
    sections: sites.map((site) =>
      sectionOf(id, site.role === 'client' ? ends : endsElsewhere(ends), site),
    ),
  };
}

function sectionOf(id: string, ends: LogEnds, site: LogSite): LogSection {
  if (site.backend === 'nft') return { site, ...nftCommands(id, ends), absent: [] };
  const exists = ({ table, hook }: { table: XtTableName; hook: Hook }): boolean =>
    site.chains === null || site.chains.has(`${table} ${builtinChain(hook)}`);
  const { add, undo } = xtCommands(id, ends, site.backend, XT_MOMENTS.filter(exists));
  const absent = XT_MOMENTS.filter((moment) => !exists(moment));
  return { site, add, undo, absent, rules: add.length };
}
