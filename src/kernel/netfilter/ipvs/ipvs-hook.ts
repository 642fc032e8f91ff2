import type { Hook } from '../../../linux/hook.ts';
import { sameAddress } from '../../../packet/address.ts';
import { netnsKey } from '../../../packet/place.ts';
import { PROTOCOL } from '../../../packet/protocol.ts';
import { findIpvsService } from '../../conntrack/ipvs-service.ts';
import { tupleOf } from '../../conntrack/packet-tuple.ts';
import type { Tuple } from '../../conntrack/tuple.ts';
import { deviceWithAddress } from '../../device/find-device.ts';
import { type Kernel, record } from '../../kernel.ts';
import type { Skb } from '../../skb.ts';
import type { HookOutcome, HookPass } from '../run-hook.ts';
import { findIpvsConnection } from './ipvs-connection.ts';
import { takeRequest } from './take-request.ts';
import { withSource } from './translate.ts';

/** The device on which kube-proxy keeps the addresses of Services. */
const KUBE_IPVS_DEVICE = 'kube-ipvs0';

/**
 * IPVS at a hook: translates answers of servers back, then gives requests for its services to servers.
 * From the kernel's source and ipvsadm(8); not proved on a kernel here.
 * Linux: ip_vs_out_hook(), ip_vs_in_hook().
 */
export function ipvsHook(kernel: Kernel, skb: Skb, pass: HookPass, hook: Hook): HookOutcome {
  const accept: HookOutcome = { kind: 'accept', skb };
  const { netns } = kernel;
  if (hook === 'prerouting' || hook === 'postrouting' || skb.ipvs) return accept;
  const tuple = isScheduled(skb) ? tupleOf(skb.packet) : null;
  if (netns.ipvs === undefined) return unknownServices(kernel, skb, hook, tuple);
  if (netns.ipvs.length === 0) return accept;
  if (!tuple) return nameRelated(kernel, skb) ?? accept;
  const answer = findIpvsConnection(kernel.run, netns, tuple, 'answer');
  if (answer) return translateBack(kernel, skb, pass, answer.request, answer.tracked);
  if (hook === 'forward') return accept;
  const known = findIpvsConnection(kernel.run, netns, tuple, 'request');
  const service = known?.service ?? findIpvsService(netns.ipvs, tuple, skb.mark);
  if (!service) return accept;
  if (!actsAsDocumented(kernel)) return { kind: 'stolen', skb, at: `${hook} IPVS` };
  return takeRequest(kernel, skb, pass, { tuple, service, known });
}

/** Protocols that IPVS schedules. */
function isScheduled({ packet: { protocol, transport } }: Skb): boolean {
  return (
    transport.kind !== 'icmp' &&
    (protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp || protocol === PROTOCOL.sctp)
  );
}

/** Whatever IPVS does rests on this assumption, which every result names. */
function actsAsDocumented({ netns, run }: Kernel): boolean {
  const answer = run.decider.decide({
    id: `ipvs-documented:${netnsKey(netns.ref)}`,
    kind: 'unknown',
    topic: 'service',
    where: netns.ref,
    subject: 'IPVS does what is documented (not proved on a kernel here)',
    options: [
      { value: 'yes', probability: 1, cost: 0 },
      { value: 'no', probability: 1, cost: 9 },
    ],
  });
  return answer.value === 'yes';
}

/** The node has Services of IPVS, and nobody listed them: where this packet goes is not known. */
function unknownServices(
  { netns, run }: Kernel,
  skb: Skb,
  hook: Hook,
  tuple: Tuple | null,
): HookOutcome {
  const holder = tuple && deviceWithAddress(netns, skb.packet.destination);
  if (holder?.name !== KUBE_IPVS_DEVICE || hook === 'forward') return { kind: 'accept', skb };
  const construct = 'IPVS services (ipvsadm -Sn was not collected)';
  run.unsupported({ construct, where: netns.ref, source: null });
  return { kind: 'stolen', skb, at: `${hook} IPVS` };
}

/** An ICMP error about a connection of IPVS is named; conntrack translates it as far as it knows. */
function nameRelated({ netns, run }: Kernel, { ct }: Skb): null {
  if (ct.kind === 'tracked' && ct.state === 'RELATED' && ct.connection.byIpvs) {
    const construct = 'ICMP error about an IPVS connection';
    run.unsupported({ construct, where: netns.ref, source: null });
  }
  return null;
}

/** An answer seems to come from the service. Linux: handle_response(), ip_vs_route_me_harder(). */
function translateBack(
  kernel: Kernel,
  before: Skb,
  pass: HookPass,
  request: Tuple,
  tracked: boolean,
): HookOutcome {
  const packet = withSource(before.packet, request.destination, request.dport);
  const skb: Skb = {
    ...before,
    packet,
    ipvs: true,
    ...(tracked ? {} : { ct: { kind: 'untracked' } as const }),
  };
  record(
    kernel,
    skb,
    { kind: 'nat', hook: pass.hook, manip: 'src', how: 'undo' },
    { iif: pass.iif, oif: pass.oif, before },
  );
  const moved = !sameAddress(packet.source, before.packet.source);
  const errno = moved ? (pass.reroute?.(skb) ?? null) : null;
  if (errno !== null) {
    return { kind: 'drop', skb, reason: 'NETFILTER_DROP', at: 'IPVS reroute', errno };
  }
  return { kind: 'accept', skb };
}
