import { type ObservedPacket, subject } from '../../src/evidence/observation.ts';
import type { LabFlow } from '../../src/lab/flow.ts';
import type { Lab, ObservePlan } from '../../src/lab/lab.ts';
import type { Drop, FlowReport, RuleHit, Visit } from '../../src/lab/report.ts';
import { formatAddress } from '../../src/packet/address.ts';

export const EVERYTHING: ObservePlan = {
  hooks: true,
  captures: true,
  drops: true,
  conntrack: true,
  counters: true,
};

/** On a busy machine drops can be lost; a report then says so, and the flow is sent again. */
const TRIES = 6;

/** One flow and what is seen of it. */
export async function sent(
  lab: Lab,
  flow: Omit<LabFlow, 'id' | 'payload'>,
  plan: ObservePlan = EVERYTHING,
): Promise<FlowReport> {
  for (let tries = 1; ; tries++) {
    const [report] = await lab.send({
      flows: [{ id: 'flow', payload: 1, ...flow }],
      observe: plan,
    });
    if (!report) throw new Error('no report');
    const lost = report.blind.some(({ what, why }) => what === 'drops' && why === 'lost');
    if (!lost || tries === TRIES) return report;
  }
}

/** `10.1.0.2:1025>10.2.0.2:80`, ports of the client's side as `*`. */
export function headers({ source, destination, sport, dport }: ObservedPacket): string {
  const port = (value: number | null): string =>
    value === null ? '' : value >= 32768 ? ':*' : `:${value}`;
  const from = `${formatAddress(source)}${port(sport)}`;
  return `${from}>${formatAddress(destination)}${port(dport)}`;
}

export function visitText({ namespace, hook, edge, iif, oif, packet }: Visit): string {
  return `${namespace} ${hook} ${edge} ${iif ?? '-'} ${oif ?? '-'} ${headers(packet)}`;
}

export function dropText({ namespace, device, reason, packet }: Drop): string {
  return `${reason} ${namespace} ${device ?? '-'} ${packet ? headers(packet) : '-'}`;
}

export function hitText({ namespace, backend, hook, table, chain, at, verdict }: RuleHit): string {
  const place = at.kind === 'rule' ? `${at.position}` : at.kind;
  return `${namespace} ${backend} ${hook ?? '-'} ${table} ${chain} ${place} ${verdict ?? '?'}`;
}

/** The first SYN, or the packet of another protocol. */
export function isFirst(packet: ObservedPacket): boolean {
  const { tcp } = subject(packet);
  return !tcp || (tcp.flags.syn === true && tcp.flags.ack !== true);
}
