import type { RejectWith } from '../../verdict.ts';
import type { TargetModel } from './target-model.ts';

/** `-j REJECT`. Linux: reject_tg(), reject_tg6(). */
export interface RejectTarget {
  readonly kind: 'reject';
  readonly with: XtRejectWith;
}

/** The names iptables and ip6tables print. */
export type XtRejectWith = keyof typeof ANSWERS;

/** What each sends, by the name that the model gives it for both families. */
const ANSWERS = {
  'tcp-reset': 'tcp-reset',
  'icmp-net-unreachable': 'icmp-net-unreachable',
  'icmp-host-unreachable': 'icmp-host-unreachable',
  'icmp-port-unreachable': 'icmp-port-unreachable',
  'icmp-proto-unreachable': 'icmp-proto-unreachable',
  'icmp-net-prohibited': 'icmp-net-prohibited',
  'icmp-host-prohibited': 'icmp-host-prohibited',
  'icmp-admin-prohibited': 'icmp-admin-prohibited',
  'icmp6-no-route': 'icmp-net-unreachable',
  'icmp6-adm-prohibited': 'icmp-admin-prohibited',
  'icmp6-addr-unreachable': 'icmp-host-unreachable',
  'icmp6-port-unreachable': 'icmp-port-unreachable',
  'icmp6-policy-fail': 'icmp6-policy-fail',
  'icmp6-reject-route': 'icmp6-reject-route',
} as const satisfies Readonly<Record<string, RejectWith>>;

/** The name of an answer as iptables prints it, or null. */
export function parseRejectWith(text: string): XtRejectWith | null {
  return isRejectWith(text) ? text : null;
}

function isRejectWith(text: string): text is XtRejectWith {
  return Object.hasOwn(ANSWERS, text);
}

export const rejectTarget: TargetModel<RejectTarget> = {
  support: () => 'exact',
  apply: (target) => ({
    kind: 'end',
    verdict: { kind: 'reject', with: ANSWERS[target.with] },
  }),
};
