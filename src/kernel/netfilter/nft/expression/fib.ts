import { addressType } from '../../../routing/address-type.ts';
import { fibDevice } from '../../../routing/fib-expression.ts';
import type { RuleScope } from '../rule-scope.ts';
import { type Evaluated, known } from '../value.ts';

/** A routing question: `fib daddr type`, `fib saddr . iif oif`. Linux: struct nft_fib. */
export interface FibExpression {
  readonly kind: 'fib';
  readonly address: 'saddr' | 'daddr';
  readonly mark: boolean;
  /** Which of the packet's devices the answer must use. */
  readonly device: 'iif' | 'oif' | null;
  /** `present`: whether there is such a route, asked for with `exists` and `missing`. */
  readonly result: 'type' | 'oif' | 'oifname' | 'present';
}

/** Values of `fib type`. Linux: enum of RTN_*, include/uapi/linux/rtnetlink.h. */
export const FIB_ADDRESS_TYPES = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const;

/** Linux: nft_fib4_eval_type(), nft_fib4_eval(). */
export function evaluateFib(fib: FibExpression, { packet, run }: RuleScope): Evaluated {
  const { netns, iif, oif, hook } = packet.context;
  const { skb } = packet;
  if (fib.result === 'type') {
    const address = fib.address === 'saddr' ? skb.packet.source : skb.packet.destination;
    const name = fib.device === 'iif' ? iif : fib.device === 'oif' ? oif : '';
    const type = addressType(netns, address, name === '' ? null : name, run.decider);
    return known(FIB_ADDRESS_TYPES[type]);
  }
  const query = {
    address: fib.address,
    packet: skb.packet,
    mark: fib.mark ? skb.mark : 0,
    iif,
    oif,
    restrictTo: fib.device,
    hook,
  };
  const device = fibDevice(netns, query, run.decider);
  if (fib.result === 'present') return known(device === null ? 0 : 1);
  return known(device ?? '');
}
