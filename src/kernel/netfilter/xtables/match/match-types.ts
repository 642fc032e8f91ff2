import type { AddrtypeMatch } from './addrtype.ts';
import type { CommentMatch } from './comment.ts';
import type { ConnmarkMatch } from './connmark.ts';
import type { ConntrackMatch } from './conntrack.ts';
import type { DscpMatch } from './dscp.ts';
import type { HashlimitMatch } from './hashlimit.ts';
import type { IcmpMatch } from './icmp.ts';
import type { IprangeMatch } from './iprange.ts';
import type { LengthMatch } from './length.ts';
import type { LimitMatch } from './limit.ts';
import type { MacMatch } from './mac.ts';
import type { MarkMatch } from './mark.ts';
import type { MultiportMatch } from './multiport.ts';
import type { NfacctMatch } from './nfacct.ts';
import type { OwnerMatch } from './owner.ts';
import type { PhysdevMatch } from './physdev.ts';
import type { PkttypeMatch } from './pkttype.ts';
import type { RecentMatch } from './recent.ts';
import type { RpfilterMatch } from './rpfilter.ts';
import type { SctpMatch } from './sctp.ts';
import type { SetMatch } from './set.ts';
import type { StateMatch } from './state.ts';
import type { StatisticMatch } from './statistic.ts';
import type { TcpMatch } from './tcp.ts';
import type { TcpmssMatch } from './tcpmss.ts';
import type { TimeMatch } from './time.ts';
import type { TosMatch } from './tos.ts';
import type { TtlMatch } from './ttl.ts';
import type { UdpMatch } from './udp.ts';
import type { UnsupportedMatch } from './unsupported.ts';

/** Every match by its kind. Registries are records over these keys, so none can be forgotten. */
export interface MatchTypes {
  readonly addrtype: AddrtypeMatch;
  readonly comment: CommentMatch;
  readonly connmark: ConnmarkMatch;
  readonly conntrack: ConntrackMatch;
  readonly dscp: DscpMatch;
  readonly hashlimit: HashlimitMatch;
  readonly icmp: IcmpMatch;
  readonly iprange: IprangeMatch;
  readonly length: LengthMatch;
  readonly limit: LimitMatch;
  readonly mac: MacMatch;
  readonly mark: MarkMatch;
  readonly multiport: MultiportMatch;
  readonly nfacct: NfacctMatch;
  readonly owner: OwnerMatch;
  readonly physdev: PhysdevMatch;
  readonly pkttype: PkttypeMatch;
  readonly recent: RecentMatch;
  readonly rpfilter: RpfilterMatch;
  readonly sctp: SctpMatch;
  readonly set: SetMatch;
  readonly state: StateMatch;
  readonly statistic: StatisticMatch;
  readonly tcp: TcpMatch;
  readonly tcpmss: TcpmssMatch;
  readonly time: TimeMatch;
  readonly tos: TosMatch;
  readonly ttl: TtlMatch;
  readonly udp: UdpMatch;
  readonly unsupported: UnsupportedMatch;
}

export type MatchKind = keyof MatchTypes;

/** A match of one kind, or of any. */
export type XtMatch<K extends MatchKind = MatchKind> = {
  [P in K]: MatchTypes[P] & { readonly kind: P };
}[K];
