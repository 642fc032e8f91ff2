import type { IcmpError } from './answer.ts';
import type { RejectWith } from './netfilter/verdict.ts';

/** What a REJECT sends to the source. Linux: ipt_REJECT.c, nft_reject_ipv4.c. */
export function rejectAnswer(how: RejectWith): IcmpError | 'tcp-reset' {
  switch (how) {
    case 'tcp-reset':
      return 'tcp-reset';
    case 'icmp-net-unreachable':
      return unreachable(0);
    case 'icmp-host-unreachable':
      return unreachable(1);
    case 'icmp-proto-unreachable':
      return unreachable(2);
    case 'icmp-port-unreachable':
      return unreachable(3);
    case 'icmp-net-prohibited':
      return unreachable(9);
    case 'icmp-host-prohibited':
      return unreachable(10);
    case 'icmp-admin-prohibited':
      return unreachable(13);
  }
}

function unreachable(code: number): IcmpError {
  return { type: 3, code, mtu: null };
}
