import type { RejectWith } from './netfilter/verdict.ts';

/** An ICMP error of one family by type and code. RFC 792, RFC 1812 5.2.7, RFC 4443. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  /** MTU of the next hop in an error about a packet that was too big, bytes. */
  readonly mtu: number | null;
}

/** What an error says, in both families. */
export type IcmpErrorName =
  | 'net-unreachable'
  | 'host-unreachable'
  | 'port-unreachable'
  | 'filtered'
  | 'time-exceeded';

const UNREACHABLE_4 = 3;
const UNREACHABLE_6 = 1;

const ERRORS: Readonly<Record<4 | 6, Readonly<Record<IcmpErrorName, readonly [number, number]>>>> =
  {
    4: {
      'net-unreachable': [UNREACHABLE_4, 0],
      'host-unreachable': [UNREACHABLE_4, 1],
      'port-unreachable': [UNREACHABLE_4, 3],
      filtered: [UNREACHABLE_4, 13],
      'time-exceeded': [11, 0],
    },
    6: {
      'net-unreachable': [UNREACHABLE_6, 0],
      'host-unreachable': [UNREACHABLE_6, 3],
      'port-unreachable': [UNREACHABLE_6, 4],
      filtered: [UNREACHABLE_6, 1],
      'time-exceeded': [3, 0],
    },
  };

/** An error by its name. */
export function icmpError(family: 4 | 6, name: IcmpErrorName): IcmpError {
  const [type, code] = ERRORS[family][name];
  return { type, code, mtu: null };
}

/** The error about a packet that is too big. Linux: ip_forward(), ip6_forward(). */
export function tooBig(family: 4 | 6, mtu: number): IcmpError {
  return family === 4 ? { type: UNREACHABLE_4, code: 4, mtu } : { type: 2, code: 0, mtu };
}

const REJECT_CODES: Readonly<
  Record<4 | 6, Readonly<Record<Exclude<RejectWith, 'tcp-reset'>, number>>>
> = {
  4: {
    'icmp-net-unreachable': 0,
    'icmp-host-unreachable': 1,
    'icmp-proto-unreachable': 2,
    'icmp-port-unreachable': 3,
    'icmp-net-prohibited': 9,
    'icmp-host-prohibited': 10,
    'icmp-admin-prohibited': 13,
    // IPv4 has no such words.
    'icmp6-policy-fail': 13,
    'icmp6-reject-route': 13,
  },
  6: {
    'icmp-net-unreachable': 0,
    'icmp-host-unreachable': 3,
    // Nor has IPv6 these.
    'icmp-proto-unreachable': 4,
    'icmp-port-unreachable': 4,
    'icmp-net-prohibited': 1,
    'icmp-host-prohibited': 1,
    'icmp-admin-prohibited': 1,
    'icmp6-policy-fail': 5,
    'icmp6-reject-route': 6,
  },
};

/** What a REJECT sends to the source. Linux: reject_tg(), reject_tg6(), nft_reject_icmp_code(). */
export function rejectAnswer(how: RejectWith, family: 4 | 6): IcmpError | 'tcp-reset' {
  if (how === 'tcp-reset') return how;
  const type = family === 4 ? UNREACHABLE_4 : UNREACHABLE_6;
  return { type, code: REJECT_CODES[family][how], mtu: null };
}

/** Whether a message of this type is an error, or redirects. Linux: icmp_pointers[], ICMPV6_INFOMSG_MASK. */
export function isIcmpError(family: 4 | 6, type: number): boolean {
  if (family === 6) return type < 128;
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}
