import type { Support } from '../../../../packet/issue.ts';
import { addrtypeMatch } from './addrtype.ts';
import { commentMatch } from './comment.ts';
import { connmarkMatch } from './connmark.ts';
import { conntrackMatch } from './conntrack.ts';
import { dscpMatch } from './dscp.ts';
import { hashlimitMatch } from './hashlimit.ts';
import { icmpMatch } from './icmp.ts';
import { iprangeMatch } from './iprange.ts';
import { lengthMatch } from './length.ts';
import { limitMatch } from './limit.ts';
import { macMatch } from './mac.ts';
import { markMatch } from './mark.ts';
import type { MatchAnswer, MatchContext, MatchModel } from './match-model.ts';
import type { MatchKind, MatchTypes, XtMatch } from './match-types.ts';
import { multiportMatch } from './multiport.ts';
import { nfacctMatch } from './nfacct.ts';
import { ownerMatch } from './owner.ts';
import { physdevMatch } from './physdev.ts';
import { pkttypeMatch } from './pkttype.ts';
import { recentMatch } from './recent.ts';
import { rpfilterMatch } from './rpfilter.ts';
import { sctpMatch } from './sctp.ts';
import { setMatch } from './set.ts';
import { stateMatch } from './state.ts';
import { statisticMatch } from './statistic.ts';
import { tcpMatch } from './tcp.ts';
import { tcpmssMatch } from './tcpmss.ts';
import { timeMatch } from './time.ts';
import { tosMatch } from './tos.ts';
import { ttlMatch } from './ttl.ts';
import { udpMatch } from './udp.ts';
import { unsupportedMatch } from './unsupported.ts';

const MODELS: { readonly [K in MatchKind]: MatchModel<MatchTypes[K]> } = {
  addrtype: addrtypeMatch,
  comment: commentMatch,
  connmark: connmarkMatch,
  conntrack: conntrackMatch,
  dscp: dscpMatch,
  hashlimit: hashlimitMatch,
  icmp: icmpMatch,
  iprange: iprangeMatch,
  length: lengthMatch,
  limit: limitMatch,
  mac: macMatch,
  mark: markMatch,
  multiport: multiportMatch,
  nfacct: nfacctMatch,
  owner: ownerMatch,
  physdev: physdevMatch,
  pkttype: pkttypeMatch,
  recent: recentMatch,
  rpfilter: rpfilterMatch,
  sctp: sctpMatch,
  set: setMatch,
  state: stateMatch,
  statistic: statisticMatch,
  tcp: tcpMatch,
  tcpmss: tcpmssMatch,
  time: timeMatch,
  tos: tosMatch,
  ttl: ttlMatch,
  udp: udpMatch,
  unsupported: unsupportedMatch,
};

/** Whether the packet fulfils the match. */
export function evaluateMatch<K extends MatchKind>(
  match: XtMatch<K>,
  context: MatchContext,
): MatchAnswer {
  return MODELS[match.kind].evaluate(match, context);
}

/** See `MatchModel.effect`. */
export function effectOf(match: XtMatch): MatchModel<never>['effect'] {
  return MODELS[match.kind].effect;
}

/** How far the match is modelled. */
export function matchSupport<K extends MatchKind>(match: XtMatch<K>): Support {
  return MODELS[match.kind].support(match);
}
