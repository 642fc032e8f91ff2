import type {
  ExtensionTarget,
  TargetKind,
  TargetTypes,
} from '../../../kernel/netfilter/xtables/target/target-types.ts';
import { type GrammarEntry, type Grammars, grammarEntries } from '../grammar-entries.ts';
import { connmarkGrammar } from './connmark.ts';
import { ctGrammar } from './ct.ts';
import { dnatGrammar } from './dnat.ts';
import { ecnGrammar } from './ecn.ts';
import { hmarkGrammar } from './hmark.ts';
import { logGrammar } from './log.ts';
import { markGrammar } from './mark.ts';
import { masqueradeGrammar } from './masquerade.ts';
import { netmapGrammar } from './netmap.ts';
import { nptGrammar } from './npt.ts';
import { queueGrammar } from './queue.ts';
import { redirectGrammar } from './redirect.ts';
import { rejectGrammar } from './reject.ts';
import { setGrammar } from './set.ts';
import { sideEffectGrammar } from './side-effect.ts';
import { snatGrammar } from './snat.ts';
import { synproxyGrammar } from './synproxy.ts';
import { tcpmssGrammar } from './tcpmss.ts';
import { tcpoptstripGrammar } from './tcpoptstrip.ts';
import { tosGrammar } from './tos.ts';
import { tproxyGrammar } from './tproxy.ts';
import { ttlGrammar } from './ttl.ts';
import { unsupportedGrammar } from './unsupported.ts';

const GRAMMARS: Grammars<TargetTypes> = {
  connmark: connmarkGrammar,
  ct: ctGrammar,
  dnat: dnatGrammar,
  ecn: ecnGrammar,
  hmark: hmarkGrammar,
  log: logGrammar,
  mark: markGrammar,
  masquerade: masqueradeGrammar,
  netmap: netmapGrammar,
  npt: nptGrammar,
  queue: queueGrammar,
  redirect: redirectGrammar,
  reject: rejectGrammar,
  set: setGrammar,
  'side-effect': sideEffectGrammar,
  snat: snatGrammar,
  synproxy: synproxyGrammar,
  tcpmss: tcpmssGrammar,
  tcpoptstrip: tcpoptstripGrammar,
  tos: tosGrammar,
  tproxy: tproxyGrammar,
  ttl: ttlGrammar,
  unsupported: unsupportedGrammar,
};

/** How to read the target of a name. */
export const TARGET_GRAMMARS: ReadonlyMap<
  string,
  GrammarEntry<ExtensionTarget>
> = grammarEntries<ExtensionTarget>(Object.values(GRAMMARS));

/** The target as iptables-save prints it, without `-j`. */
export function printTarget<K extends TargetKind>(target: ExtensionTarget<K>): string {
  return GRAMMARS[target.kind].print(target);
}
