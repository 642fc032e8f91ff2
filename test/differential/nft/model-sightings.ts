import { freshSkb } from '../../../src/kernel/answer.ts';
import type { Departure } from '../../../src/kernel/departure.ts';
import { receive } from '../../../src/kernel/input.ts';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import type { Skb } from '../../../src/kernel/skb.ts';
import type { Step } from '../../../src/kernel/step.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import { type Packet, ports } from '../../../src/packet/packet.ts';
import { ICMP_CODES } from '../../../src/snapshot/nft-json/symbols.ts';
import { explore } from '../../../src/trace/branches.ts';
import type { Sighting } from './watch.ts';

const MAX_BRANCHES = 300;

/**
 * Everything that the model says may happen to the packet, in the words of `sightingOf`; null
 * when that is too much to follow.
 */
export function modelSightings(netns: NetnsState, packet: Packet): readonly Sighting[] | null {
  const { branches, truncated } = explore(
    (run) => {
      const arrival = { skb: freshSkb(packet), iif: 'd0', looped: false, prerouted: false };
      const departure = receive({ netns, run }, arrival);
      if (run.unsupportedUses.length > 0) throw new Error(JSON.stringify(run.unsupportedUses));
      const steps = run.takeSteps();
      return {
        seen: [...steps.flatMap(watched), ...answered(departure, packet)].sort(),
        counted: [...new Set(steps.flatMap(counted))].sort(),
      };
    },
    new Map(),
    MAX_BRANCHES,
  );
  return truncated ? null : branches.map(({ result }) => result);
}

function watched({ action, skb }: Step): readonly string[] {
  if (action.kind !== 'table' || action.table !== 'ip watch') return [];
  return [`${skb.packet.transport.kind === 'icmp' ? 'ping-' : ''}${action.chain}put ${words(skb)}`];
}

function words({ packet, mark }: Skb): string {
  const addresses = `${formatAddress(packet.source)} ${formatAddress(packet.destination)}`;
  const { sport, dport } = ports(packet);
  return packet.transport.kind === 'icmp'
    ? `${addresses} ${mark}`
    : `${addresses} ${sport} ${dport} ${mark}`;
}

/** Rules of table `t` whose counter the packet met. */
function counted({ action }: Step): readonly string[] {
  if (action.kind !== 'table' || action.table !== 'ip t') return [];
  return action.hits
    .filter(({ rule, verdict }) => verdict !== 'break' && /\bcounter\b/.test(rule))
    .map(({ chain, source }) => `${chain} ${/# handle (\d+)$/.exec(source?.text ?? '')?.[1]}`);
}

function answered(departure: Departure, { transport }: Packet): readonly string[] {
  if (departure.kind !== 'dropped' || !departure.answer) return [];
  const { answer } = departure;
  if (answer === 'tcp-reset') return [`resets ${transport.kind === 'tcp' ? transport.sport : 0}`];
  const code = Object.entries(ICMP_CODES).find(([, number]) => number === answer.code)?.[0];
  return [`rejected ${answer.type === 3 ? 'destination-unreachable' : answer.type} ${code}`];
}
