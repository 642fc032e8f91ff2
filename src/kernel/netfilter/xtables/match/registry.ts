import type { Support } from '../../../../packet/issue.ts';
import { addrtypeMatch } from './addrtype.ts';
import { ahMatch } from './ah.ts';
import { cgroupMatch } from './cgroup.ts';
import { clusterMatch } from './cluster.ts';
import { commentMatch } from './comment.ts';
import { connbytesMatch } from './connbytes.ts';
import { connlabelMatch } from './connlabel.ts';
import { connlimitMatch } from './connlimit.ts';
import { connmarkMatch } from './connmark.ts';
import { conntrackMatch } from './conntrack.ts';
import { cpuMatch } from './cpu.ts';
import { dccpMatch } from './dccp.ts';
import { devgroupMatch } from './devgroup.ts';
import { dscpMatch } from './dscp.ts';
import { ecnMatch } from './ecn.ts';
import { espMatch } from './esp.ts';
import { eui64Match } from './eui64.ts';
import { fragMatch } from './frag.ts';
import { hashlimitMatch } from './hashlimit.ts';
import { helperMatch } from './helper.ts';
import { icmpMatch } from './icmp.ts';
import { ipcompMatch } from './ipcomp.ts';
import { iprangeMatch } from './iprange.ts';
import { ipv6OptionsMatch } from './ipv6-options.ts';
import { ipv6headerMatch } from './ipv6header.ts';
import { lengthMatch } from './length.ts';
import { limitMatch } from './limit.ts';
import { macMatch } from './mac.ts';
import { markMatch } from './mark.ts';
import type { MatchAnswer, MatchContext, MatchModel } from './match-model.ts';
import type { MatchKind, MatchTypes, XtMatch } from './match-types.ts';
import { mhMatch } from './mh.ts';
import { multiportMatch } from './multiport.ts';
import { nfacctMatch } from './nfacct.ts';
import { osfMatch } from './osf.ts';
import { ownerMatch } from './owner.ts';
import { physdevMatch } from './physdev.ts';
import { pkttypeMatch } from './pkttype.ts';
import { policyMatch } from './policy.ts';
import { quotaMatch } from './quota.ts';
import { rateestMatch } from './rateest.ts';
import { realmMatch } from './realm.ts';
import { recentMatch } from './recent.ts';
import { rpfilterMatch } from './rpfilter.ts';
import { rtMatch } from './rt.ts';
import { sctpMatch } from './sctp.ts';
import { setMatch } from './set.ts';
import { socketMatch } from './socket.ts';
import { srhMatch } from './srh.ts';
import { stateMatch } from './state.ts';
import { statisticMatch } from './statistic.ts';
import { stringMatch } from './string.ts';
import { tcpMatch } from './tcp.ts';
import { tcpmssMatch } from './tcpmss.ts';
import { timeMatch } from './time.ts';
import { tosMatch } from './tos.ts';
import { ttlMatch } from './ttl.ts';
import { u32Match } from './u32.ts';
import { udpMatch } from './udp.ts';
import { unsupportedMatch } from './unsupported.ts';

const MODELS: { readonly [K in MatchKind]: MatchModel<MatchTypes[K]> } = {
  addrtype: addrtypeMatch,
  ah: ahMatch,
  cgroup: cgroupMatch,
  cluster: clusterMatch,
  comment: commentMatch,
  connbytes: connbytesMatch,
  connlabel: connlabelMatch,
  connlimit: connlimitMatch,
  connmark: connmarkMatch,
  conntrack: conntrackMatch,
  cpu: cpuMatch,
  dccp: dccpMatch,
  devgroup: devgroupMatch,
  dscp: dscpMatch,
  ecn: ecnMatch,
  esp: espMatch,
  eui64: eui64Match,
  frag: fragMatch,
  hashlimit: hashlimitMatch,
  helper: helperMatch,
  icmp: icmpMatch,
  ipcomp: ipcompMatch,
  iprange: iprangeMatch,
  'ipv6-options': ipv6OptionsMatch,
  ipv6header: ipv6headerMatch,
  length: lengthMatch,
  limit: limitMatch,
  mac: macMatch,
  mark: markMatch,
  mh: mhMatch,
  multiport: multiportMatch,
  nfacct: nfacctMatch,
  osf: osfMatch,
  owner: ownerMatch,
  physdev: physdevMatch,
  pkttype: pkttypeMatch,
  policy: policyMatch,
  quota: quotaMatch,
  rateest: rateestMatch,
  realm: realmMatch,
  recent: recentMatch,
  rpfilter: rpfilterMatch,
  rt: rtMatch,
  sctp: sctpMatch,
  set: setMatch,
  socket: socketMatch,
  srh: srhMatch,
  state: stateMatch,
  statistic: statisticMatch,
  string: stringMatch,
  tcp: tcpMatch,
  tcpmss: tcpmssMatch,
  time: timeMatch,
  tos: tosMatch,
  ttl: ttlMatch,
  u32: u32Match,
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
