import type {
  MatchKind,
  MatchTypes,
  XtMatch,
} from '../../../kernel/netfilter/xtables/match/match-types.ts';
import { type GrammarEntry, type Grammars, grammarEntries } from '../grammar-entries.ts';
import { addrtypeGrammar } from './addrtype.ts';
import { ahGrammar } from './ah.ts';
import { cgroupGrammar } from './cgroup.ts';
import { clusterGrammar } from './cluster.ts';
import { commentGrammar } from './comment.ts';
import { connbytesGrammar } from './connbytes.ts';
import { connlabelGrammar } from './connlabel.ts';
import { connlimitGrammar } from './connlimit.ts';
import { connmarkGrammar } from './connmark.ts';
import { conntrackGrammar } from './conntrack.ts';
import { cpuGrammar } from './cpu.ts';
import { dccpGrammar } from './dccp.ts';
import { devgroupGrammar } from './devgroup.ts';
import { dscpGrammar } from './dscp.ts';
import { ecnGrammar } from './ecn.ts';
import { espGrammar } from './esp.ts';
import { eui64Grammar } from './eui64.ts';
import { fragGrammar } from './frag.ts';
import { hashlimitGrammar } from './hashlimit.ts';
import { helperGrammar } from './helper.ts';
import { icmpGrammar } from './icmp.ts';
import { ipcompGrammar } from './ipcomp.ts';
import { iprangeGrammar } from './iprange.ts';
import { ipv6OptionsGrammar } from './ipv6-options.ts';
import { ipv6headerGrammar } from './ipv6header.ts';
import { lengthGrammar } from './length.ts';
import { limitGrammar } from './limit.ts';
import { macGrammar } from './mac.ts';
import { markGrammar } from './mark.ts';
import { mhGrammar } from './mh.ts';
import { multiportGrammar } from './multiport.ts';
import { nfacctGrammar } from './nfacct.ts';
import { osfGrammar } from './osf.ts';
import { ownerGrammar } from './owner.ts';
import { physdevGrammar } from './physdev.ts';
import { pkttypeGrammar } from './pkttype.ts';
import { policyGrammar } from './policy.ts';
import { quotaGrammar } from './quota.ts';
import { rateestGrammar } from './rateest.ts';
import { realmGrammar } from './realm.ts';
import { recentGrammar } from './recent.ts';
import { rpfilterGrammar } from './rpfilter.ts';
import { rtGrammar } from './rt.ts';
import { sctpGrammar } from './sctp.ts';
import { setGrammar } from './set.ts';
import { socketGrammar } from './socket.ts';
import { srhGrammar } from './srh.ts';
import { stateGrammar } from './state.ts';
import { statisticGrammar } from './statistic.ts';
import { stringGrammar } from './string.ts';
import { tcpGrammar } from './tcp.ts';
import { tcpmssGrammar } from './tcpmss.ts';
import { timeGrammar } from './time.ts';
import { tosGrammar } from './tos.ts';
import { ttlGrammar } from './ttl.ts';
import { u32Grammar } from './u32.ts';
import { udpGrammar } from './udp.ts';
import { unsupportedGrammar } from './unsupported.ts';

const GRAMMARS: Grammars<MatchTypes> = {
  addrtype: addrtypeGrammar,
  ah: ahGrammar,
  cgroup: cgroupGrammar,
  cluster: clusterGrammar,
  comment: commentGrammar,
  connbytes: connbytesGrammar,
  connlabel: connlabelGrammar,
  connlimit: connlimitGrammar,
  connmark: connmarkGrammar,
  conntrack: conntrackGrammar,
  cpu: cpuGrammar,
  dccp: dccpGrammar,
  devgroup: devgroupGrammar,
  dscp: dscpGrammar,
  ecn: ecnGrammar,
  esp: espGrammar,
  eui64: eui64Grammar,
  frag: fragGrammar,
  hashlimit: hashlimitGrammar,
  helper: helperGrammar,
  icmp: icmpGrammar,
  ipcomp: ipcompGrammar,
  iprange: iprangeGrammar,
  'ipv6-options': ipv6OptionsGrammar,
  ipv6header: ipv6headerGrammar,
  length: lengthGrammar,
  limit: limitGrammar,
  mac: macGrammar,
  mark: markGrammar,
  mh: mhGrammar,
  multiport: multiportGrammar,
  nfacct: nfacctGrammar,
  osf: osfGrammar,
  owner: ownerGrammar,
  physdev: physdevGrammar,
  pkttype: pkttypeGrammar,
  policy: policyGrammar,
  quota: quotaGrammar,
  rateest: rateestGrammar,
  realm: realmGrammar,
  recent: recentGrammar,
  rpfilter: rpfilterGrammar,
  rt: rtGrammar,
  sctp: sctpGrammar,
  set: setGrammar,
  socket: socketGrammar,
  srh: srhGrammar,
  state: stateGrammar,
  statistic: statisticGrammar,
  string: stringGrammar,
  tcp: tcpGrammar,
  tcpmss: tcpmssGrammar,
  time: timeGrammar,
  tos: tosGrammar,
  ttl: ttlGrammar,
  u32: u32Grammar,
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
