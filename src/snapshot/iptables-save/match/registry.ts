import type {
  MatchKind,
  MatchTypes,
  XtMatch,
} from '../../../kernel/netfilter/xtables/match/match-types.ts';
import { type GrammarEntry, type Grammars, grammarEntries } from '../grammar-entries.ts';
import { addrtypeGrammar } from './addrtype.ts';
import { commentGrammar } from './comment.ts';
import { connmarkGrammar } from './connmark.ts';
import { conntrackGrammar } from './conntrack.ts';
import { dscpGrammar } from './dscp.ts';
import { hashlimitGrammar } from './hashlimit.ts';
import { icmpGrammar } from './icmp.ts';
import { iprangeGrammar } from './iprange.ts';
import { lengthGrammar } from './length.ts';
import { limitGrammar } from './limit.ts';
import { macGrammar } from './mac.ts';
import { markGrammar } from './mark.ts';
import { multiportGrammar } from './multiport.ts';
import { nfacctGrammar } from './nfacct.ts';
import { ownerGrammar } from './owner.ts';
import { physdevGrammar } from './physdev.ts';
import { pkttypeGrammar } from './pkttype.ts';
import { recentGrammar } from './recent.ts';
import { rpfilterGrammar } from './rpfilter.ts';
import { sctpGrammar } from './sctp.ts';
import { setGrammar } from './set.ts';
import { stateGrammar } from './state.ts';
import { statisticGrammar } from './statistic.ts';
import { tcpGrammar } from './tcp.ts';
import { tcpmssGrammar } from './tcpmss.ts';
import { timeGrammar } from './time.ts';
import { tosGrammar } from './tos.ts';
import { ttlGrammar } from './ttl.ts';
import { udpGrammar } from './udp.ts';
import { unsupportedGrammar } from './unsupported.ts';

const GRAMMARS: Grammars<MatchTypes> = {
  addrtype: addrtypeGrammar,
  comment: commentGrammar,
  connmark: connmarkGrammar,
  conntrack: conntrackGrammar,
  dscp: dscpGrammar,
  hashlimit: hashlimitGrammar,
  icmp: icmpGrammar,
  iprange: iprangeGrammar,
  length: lengthGrammar,
  limit: limitGrammar,
  mac: macGrammar,
  mark: markGrammar,
  multiport: multiportGrammar,
  nfacct: nfacctGrammar,
  owner: ownerGrammar,
  physdev: physdevGrammar,
  pkttype: pkttypeGrammar,
  recent: recentGrammar,
  rpfilter: rpfilterGrammar,
  sctp: sctpGrammar,
  set: setGrammar,
  state: stateGrammar,
  statistic: statisticGrammar,
  tcp: tcpGrammar,
  tcpmss: tcpmssGrammar,
  time: timeGrammar,
  tos: tosGrammar,
  ttl: ttlGrammar,
  udp: udpGrammar,
  unsupported: unsupportedGrammar,
};

/** How to read the match of a name. */
export const MATCH_GRAMMARS: ReadonlyMap<string, GrammarEntry<XtMatch>> = grammarEntries<XtMatch>(
  Object.values(GRAMMARS),
);

/** The match as iptables-save prints it, without `-m`. */
export function printMatch<K extends MatchKind>(match: XtMatch<K>): string {
  return GRAMMARS[match.kind].print(match);
}
