import { kernelPackets } from '../../agreement/kernel-packets.ts';
import type { FlowReport, Visit } from '../../lab/report.ts';
import { formatAddress } from '../../packet/address.ts';

/**
 * Whether a kernel did the same twice: client's result, who answered, the hooks of every packet with
 * their addresses. Ports are left out, since a repeated flow has another one.
 */
export function sameBehaviour(a: FlowReport, b: FlowReport | undefined): boolean {
  return b !== undefined && behaviour(a) === behaviour(b);
}

function behaviour({ client, visits, drops }: FlowReport): string {
  const { outcome, errno, answer } = client;
  const packets = [...kernelPackets(visits)].map(
    ([kind, seen]) => `${kind}: ${seen.map(place).join(' ')}`,
  );
  return [
    `${outcome} ${errno} ${answer?.namespace} ${answer?.source}`,
    ...packets.sort(),
    ...new Set(drops.map(({ reason, packet }) => `${reason} ${packet?.protocol}`)),
  ].join('\n');
}

function place({ namespace, hook, edge, iif, oif, mark, packet }: Visit): string {
  const addresses = `${formatAddress(packet.source)}>${formatAddress(packet.destination)}`;
  return [namespace, hook, edge, iif, oif, mark, addresses].join(',');
}
