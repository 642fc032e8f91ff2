import { placesOf, refOf } from '../../agreement/places.ts';
import type { FlowReport, Visit } from '../../lab/report.ts';
import type { Topology } from '../../lab/topology/topology.ts';
import { netnsKey } from '../../packet/place.ts';
import { addressWords, packetWords } from '../../report/evidence/words.ts';
import type {
  CaptureCount,
  ClientOutcome,
  HookPassage,
  ObservedFlow,
} from '../../report/incident/incident-run.ts';
import type { IncidentFlow } from './incident.ts';

/** A laboratory's names of namespaces as places: `n1-web` is `n1/web`, a fabric `segment-u0`. */
export type PlaceNames = (namespace: string) => string;

export function placeNames(topology: Topology): PlaceNames {
  const places = placesOf(topology);
  return (namespace) => {
    const place = places.get(namespace);
    const ref = place ? refOf(place) : null;
    return ref ? netnsKey(ref) : namespace.replace(/^segment-/, 'fabric ');
  };
}

/** A laboratory's report in an incident's words. */
export function observedFlow(
  flow: IncidentFlow,
  report: FlowReport,
  nameOf: PlaceNames,
): ObservedFlow {
  const { client } = report;
  const { answer } = client;
  return {
    from: flow.from,
    to: flow.to,
    protocol: flow.protocol,
    bound: flow.device ?? flow.source ?? null,
    client: { outcome: clientOutcome(report), errno: client.errno, local: client.local },
    endpoint: answer
      ? {
          place: nameOf(answer.namespace),
          address: answer.address,
          port: answer.port,
          source: answer.source,
          sourcePort: answer.sourcePort,
        }
      : null,
    hooks: passages(report.visits, nameOf),
    captures: captureCounts(report, nameOf),
    drops: report.drops.map(({ reason, location, namespace, device, packet }) => ({
      reason,
      location,
      place: namespace === null ? null : nameOf(namespace),
      device,
      packet,
    })),
    counters: Object.entries(report.counters).flatMap(([namespace, moved]) =>
      isFabric(namespace)
        ? []
        : Object.entries(moved).map(([counter, by]) => ({ place: nameOf(namespace), counter, by })),
    ),
    blind: report.blind.map(
      ({ what, why, namespace, detail }) =>
        `${what}${namespace === null ? '' : ` in ${nameOf(namespace)}`}: ${why} (${detail})`,
    ),
  };
}

/** A client that connected and read nothing has stalled: every listener answers. */
export function clientOutcome({ client }: FlowReport): ClientOutcome {
  return client.outcome === 'connected' && !client.answer ? 'stalled' : client.outcome;
}

/** A segment's own namespace: wires between nodes, and no node. */
export function isFabric(namespace: string): boolean {
  return namespace.startsWith('segment-');
}

/** A first edge with the last edge of the same packet at the same hook, if it came there. */
function passages(visits: readonly Visit[], nameOf: PlaceNames): readonly HookPassage[] {
  const used = new Set<Visit>();
  return visits.flatMap((visit, index): readonly HookPassage[] => {
    const { namespace, skb, hook } = visit;
    if (visit.edge === 'last' || isFabric(namespace)) return [];
    const last = visits
      .slice(index + 1)
      .find(
        (other) =>
          other.edge === 'last' &&
          !used.has(other) &&
          other.namespace === namespace &&
          other.skb === skb &&
          other.hook === hook,
      );
    if (last) used.add(last);
    return [
      {
        place: nameOf(namespace),
        hook,
        iif: visit.iif,
        oif: visit.oif,
        before: visit.packet,
        after: last?.packet ?? null,
        markBefore: visit.mark,
        markAfter: last?.mark ?? null,
      },
    ];
  });
}

function captureCounts({ sightings }: FlowReport, nameOf: PlaceNames): readonly CaptureCount[] {
  const counts = new Map<string, CaptureCount>();
  for (const { namespace, device, direction, packet } of sightings) {
    if (!packet || isFabric(namespace)) continue;
    const place = nameOf(namespace);
    const key = [place, device, direction, addressWords(packet), packetWords(packet)].join(' ');
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, { place, device, direction, packet, count });
  }
  return [...counts.values()];
}
