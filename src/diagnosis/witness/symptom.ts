import type { Evidence } from '../../evidence/evidence.ts';
import { isDropReason } from '../../linux/drop-reason.ts';
import { formatAddress } from '../../packet/address.ts';
import type { Flow } from '../../packet/flow.ts';
import type { Symptom } from '../diagnosis.ts';
import { equal, mayBeAt, protocolOf } from './flow-packets.ts';

const OF_COMMAND: Readonly<Record<string, Symptom>> = {
  answered: 'works',
  interrupted: 'timeout',
  timeout: 'timeout',
  refused: 'refused',
  unreachable: 'unreachable',
};

/**
 * The symptom of a flow of which no packet was captured or logged: what its client printed, or its
 * socket, its tracked connection and drops of its packets show. Null when nothing does.
 */
export function symptomOfWitnesses(flow: Flow, evidence: Evidence | null): Symptom | null {
  if (!evidence) return null;
  return (
    symptomOfCommands(flow, evidence) ??
    (waits(flow, evidence) || isDropped(flow, evidence) ? 'timeout' : null)
  );
}

function symptomOfCommands(flow: Flow, { statements }: Evidence): Symptom | null {
  const seen = new Set<Symptom>();
  for (const statement of statements) {
    if (statement.kind !== 'client-command') continue;
    const { to, boundTo, result } = statement;
    const bound = flow.boundDevice ?? (flow.boundSource && formatAddress(flow.boundSource));
    if (to.host !== formatAddress(flow.to) || boundTo !== bound) continue;
    if (to.port !== null && flow.port !== 0 && to.port !== flow.port) continue;
    const symptom = OF_COMMAND[result];
    if (symptom) seen.add(symptom);
  }
  if (seen.size > 1 && seen.has('works')) return 'intermittent';
  return [...seen][0] ?? null;
}

/** A socket or a tracked connection that waits for the first answer. */
function waits(flow: Flow, { sockets, tracked }: Evidence): boolean {
  return (
    sockets.some(
      ({ node, netns, state, remote, retransmitted }) =>
        state === 'SYN-SENT' &&
        (retransmitted ?? 0) > 0 &&
        mayBeAt(flow.from, { node, netns }, false) &&
        equal(remote.address, flow.to) &&
        remote.port === flow.port,
    ) ||
    tracked.some(
      ({ node, netns, state, unreplied, protocol, original }) =>
        unreplied &&
        state === 'SYN_SENT' &&
        protocol === protocolOf(flow) &&
        mayBeAt(flow.from, { node, netns }, false) &&
        equal(original.destination, flow.to) &&
        original.dport === flow.port,
    )
  );
}

function isDropped(flow: Flow, { drops }: Evidence): boolean {
  return drops.some(
    ({ reason, packet }) =>
      reason !== null &&
      isDropReason(reason) &&
      packet !== null &&
      (equal(packet.destination, flow.to) || equal(packet.source, flow.to)),
  );
}
