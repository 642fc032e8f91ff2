import type { ConnmarkTarget } from './connmark.ts';
import type { CtTarget } from './ct.ts';
import type { DnatTarget } from './dnat.ts';
import type { EcnTarget } from './ecn.ts';
import type { HmarkTarget } from './hmark.ts';
import type { LogTarget } from './log.ts';
import type { MarkTarget } from './mark.ts';
import type { MasqueradeTarget } from './masquerade.ts';
import type { NetmapTarget } from './netmap.ts';
import type { NptTarget } from './npt.ts';
import type { QueueTarget } from './queue.ts';
import type { RedirectTarget } from './redirect.ts';
import type { RejectTarget } from './reject.ts';
import type { SetTarget } from './set.ts';
import type { SideEffectTarget } from './side-effect.ts';
import type { SnatTarget } from './snat.ts';
import type { SynproxyTarget } from './synproxy.ts';
import type { TcpmssTarget } from './tcpmss.ts';
import type { TcpoptstripTarget } from './tcpoptstrip.ts';
import type { TosTarget } from './tos.ts';
import type { TproxyTarget } from './tproxy.ts';
import type { TtlTarget } from './ttl.ts';
import type { UnsupportedTarget } from './unsupported.ts';

/** What the table walk itself does. Linux: struct xt_standard_target. */
export type StandardTarget =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** A rule without a target: it counts. */
  | { readonly kind: 'none' };

/** Every target extension by its kind; see `MatchTypes`. */
export interface TargetTypes {
  readonly connmark: ConnmarkTarget;
  readonly ct: CtTarget;
  readonly dnat: DnatTarget;
  readonly ecn: EcnTarget;
  readonly hmark: HmarkTarget;
  readonly log: LogTarget;
  readonly mark: MarkTarget;
  readonly masquerade: MasqueradeTarget;
  readonly netmap: NetmapTarget;
  readonly npt: NptTarget;
  readonly queue: QueueTarget;
  readonly redirect: RedirectTarget;
  readonly reject: RejectTarget;
  readonly set: SetTarget;
  readonly 'side-effect': SideEffectTarget;
  readonly snat: SnatTarget;
  readonly synproxy: SynproxyTarget;
  readonly tcpmss: TcpmssTarget;
  readonly tcpoptstrip: TcpoptstripTarget;
  readonly tos: TosTarget;
  readonly tproxy: TproxyTarget;
  readonly ttl: TtlTarget;
  readonly unsupported: UnsupportedTarget;
}

export type TargetKind = keyof TargetTypes;

/** A target extension of one kind, or of any. */
export type ExtensionTarget<K extends TargetKind = TargetKind> = {
  [P in K]: TargetTypes[P] & { readonly kind: P };
}[K];

export type XtTarget = StandardTarget | ExtensionTarget;
