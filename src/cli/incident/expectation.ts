import type { FlowReport } from '../../lab/report.ts';
import type { Mismatch } from '../../report/incident/incident-run.ts';
import type { Incident } from './load-incident.ts';
import { clientOutcome, isFabric, type PlaceNames } from './observed-flow.ts';

/** Where the kernel did not do what the incident's recipe says of its flow and its control. */
export function mismatches(
  incident: Incident,
  flow: FlowReport,
  control: FlowReport,
  nameOf: PlaceNames,
): readonly Mismatch[] {
  const { expected } = incident;
  const { client } = flow;
  const found: Mismatch[] = [];
  const compare = (what: Mismatch['what'], wanted: string | null, seen: string | null): void => {
    if (wanted !== seen) {
      found.push({ what, expected: wanted ?? 'none', found: seen ?? 'none' });
    }
  };
  compare('client', expected.client, clientOutcome(flow));
  compare('errno', expected.errno, client.errno);
  if (expected.sourceAtEndpoint !== undefined) {
    compare('source-at-endpoint', expected.sourceAtEndpoint, client.answer?.source ?? null);
  }
  found.push(...dropMismatches(incident, flow, nameOf));
  compare('control', 'connected', clientOutcome(control));
  return found;
}

function dropMismatches(
  { expected: { dropReason, place, unseen } }: Incident,
  { drops, blind }: FlowReport,
  nameOf: PlaceNames,
): readonly Mismatch[] {
  if (blind.some(({ what, why }) => what === 'drops' && why !== 'lost')) return [];
  // A fabric of ours drops in a kernel that is not one of the incident's.
  const own = drops.filter(({ namespace }) => namespace === null || !isFabric(namespace));
  if (dropReason === null) {
    const reasons = unseen === undefined ? own.map(({ reason }) => reason) : [];
    return reasons.length === 0
      ? []
      : [{ what: 'drop-reason', expected: 'none', found: reasons.join(', ') }];
  }
  const fitting = own.filter(({ reason }) => reason === dropReason);
  if (fitting.length === 0) {
    const reasons = own.map(({ reason }) => reason).join(', ') || 'none';
    return [{ what: 'drop-reason', expected: dropReason, found: reasons }];
  }
  if (!place) return [];
  const wanted = [place.at, ...(place.device === null ? [] : [place.device])].join(' ');
  // The kernel does not tell where a packet came in that this node itself sent.
  const places = fitting.map(({ namespace, device }) =>
    [namespace === null ? null : nameOf(namespace), place.device === null ? null : device]
      .filter((part) => part !== null)
      .join(' '),
  );
  if (places.includes(wanted) || places.every((found) => found === '')) return [];
  return [{ what: 'place', expected: wanted, found: [...new Set(places)].join(', ') }];
}
