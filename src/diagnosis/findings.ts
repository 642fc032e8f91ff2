import type { Network } from '../kernel/network.ts';
import { formatAddress, sameAddress } from '../packet/address.ts';
import { type NetnsRef, netnsKey } from '../packet/place.ts';
import type { Outcome, Trace } from '../trace/trace.ts';
import type { EvidenceRef, Finding } from './diagnosis.ts';
import { innermost } from './match-sightings.ts';
import type { ObservedFlow } from './observed-flow.ts';
import { pointKey, predictedSightings } from './sighting.ts';

/**
 * What the absence of a reply in a capture is worth: the model sends the flow as if nothing were
 * wrong. If even then no reply passes that device, its absence there says nothing.
 */
export function absenceFindings(healthy: Outcome, observed: ObservedFlow): readonly Finding[] {
  const predicted = predictedSightings(healthy);
  const replies = predicted.filter(({ direction }) => direction === 'reply');
  if (replies.length === 0) return [];
  const seenReplies = new Set(
    observed.sightings
      .filter(({ direction }) => direction === 'reply')
      .map(({ point }) => pointKey(point)),
  );
  const findings: Finding[] = [];
  for (const [key, { point, sawAttempt, sample }] of observed.coverage) {
    if (!sawAttempt || seenReplies.has(key) || point.kind !== 'capture') continue;
    const passes = replies.some((reply) => pointKey(reply.point) === key);
    const here = replies.findLast(
      ({ point: other }) =>
        other.kind === 'capture' &&
        netnsKey(other.where) === netnsKey(point.where) &&
        other.device !== point.device,
    );
    const via = here?.point.kind === 'capture' ? here.point.device : '';
    findings.push({
      code: passes ? 'absent-reply-is-evidence' : 'absent-reply-proves-nothing',
      proves: passes ? 'proves' : 'does-not-prove',
      values: {
        node: netnsKey(point.where),
        device: point.device,
        kind: replies[0]?.kind ?? 'reply',
        ...(passes || via === '' ? {} : { via }),
      },
      evidence: [{ source: sample, shows: 'reply-not-seen' }],
    });
  }
  return findings;
}

/** Packets that were seen on another node than the client's: everything up to there works. */
export function arrivalFindings(trace: Trace, observed: ObservedFlow): readonly Finding[] {
  const { from } = trace.flow;
  const arrivals = new Map<string, Finding>();
  for (const { point, direction, kind, source } of observed.sightings) {
    if (direction !== 'original' || point.kind !== 'capture') continue;
    if (point.where.node === from.node) continue;
    const key = pointKey(point);
    if (arrivals.has(key)) continue;
    arrivals.set(key, {
      code: 'request-arrived',
      proves: 'proves',
      values: { node: netnsKey(point.where), device: point.device, kind },
      evidence: [{ source, shows: `${kind}-seen` }],
    });
  }
  return [...arrivals.values()];
}

/**
 * Why the source address matters: it was chosen for the destination before translation, and the
 * reroute behind the translation keeps it. Derived from the steps of the first packet.
 * Linux: ip_route_connect(), nf_nat_ipv4_local_fn(), ip_route_me_harder().
 */
export function sourceFindings(
  outcome: Outcome,
  evidence: readonly EvidenceRef[],
): readonly Finding[] {
  const steps = outcome.packets[0]?.steps ?? [];
  const translated = steps.findIndex(
    ({ action }) => action.kind === 'nat' && action.manip === 'dst' && action.how === 'new',
  );
  const rerouted = steps.findIndex(
    ({ action }) => action.kind === 'route' && action.purpose === 'reroute',
  );
  const chosen = steps.find(({ action }) => action.kind === 'source-address');
  const first = steps.find(({ action }) => action.kind === 'route' && action.purpose === 'output');
  const before = steps[translated - 1] ?? first;
  const reroute = steps[rerouted];
  if (translated < 0 || !reroute || !first || !before) return [];
  const sent = steps.findLast(
    (step) => step.where.node === first.where.node && step.action.kind === 'transmit',
  );
  const source = (chosen ?? first).skb.packet.source;
  const kept = sent && sameAddress(innermost(sent.skb.packet).source, source);
  const firstDevice = first.action.kind === 'route' ? first.action.device : first.oif;
  const device = reroute.action.kind === 'route' ? reroute.action.device : reroute.oif;
  if (!kept || firstDevice === device) return [];
  return [
    {
      code: 'source-chosen-before-translation',
      proves: 'proves',
      values: {
        source: formatAddress(source),
        chosenFor: formatAddress(before.skb.packet.destination),
        chosenOn: firstDevice,
        sentTo: formatAddress(innermost(reroute.skb.packet).destination),
        sentOn: device,
      },
      evidence,
    },
  ];
}

/**
 * The MSS that a client offers is that of the device of its first lookup; routing the packet again
 * does not compute it anew. Linux: tcp_connect_init(), ip_route_me_harder().
 */
export function mssFindings(
  network: Network,
  outcome: Outcome,
  observed: ObservedFlow,
  working: { readonly outcome: Outcome; readonly observed: ObservedFlow } | null,
): readonly Finding[] {
  const own = offeredMss(outcome, observed);
  if (!own) return [];
  const other = working && offeredMss(working.outcome, working.observed);
  const differs = other && other.mss !== own.mss;
  const mtu = mtuOf(network, own.where, own.device);
  const sentMtu = mtuOf(network, own.where, own.sentOn);
  const tooLarge = mtu !== null && sentMtu !== null && sentMtu < mtu;
  if (mtu === null || (!differs && !tooLarge)) return [];
  return [
    {
      code: 'mss-of-first-route',
      proves: 'note',
      values: {
        mss: own.mss,
        device: own.device,
        mtu,
        ...(differs ? { otherMss: other.mss, otherDevice: other.device } : {}),
        ...(tooLarge ? { sentOn: own.sentOn, sentMtu } : {}),
      },
      evidence: [own, ...(differs ? [other] : [])].map(({ source }) => ({
        source,
        shows: 'syn-seen',
      })),
    },
  ];
}

function offeredMss(outcome: Outcome, observed: ObservedFlow) {
  const seen = observed.sightings.find(
    ({ kind, packet }) => kind === 'syn' && typeof packet.tcp?.mss === 'number',
  );
  const steps = outcome.packets[0]?.steps ?? [];
  const lookup = steps.find(({ action }) => action.kind === 'route' && action.purpose === 'output');
  const sent = steps.find(({ action }) => action.kind === 'transmit');
  if (!seen?.packet.tcp?.mss || lookup?.action.kind !== 'route') return null;
  if (sent?.action.kind !== 'transmit') return null;
  return {
    mss: seen.packet.tcp.mss,
    source: seen.source,
    where: lookup.where,
    device: lookup.action.device,
    sentOn: sent.action.device,
  };
}

function mtuOf(network: Network, where: NetnsRef, device: string): number | null {
  const devices = network.namespaces.get(netnsKey(where))?.devices;
  return devices?.find(({ name }) => name === device)?.mtu ?? null;
}

/** The reply takes another way than the request: devices of the client's node differ. */
export function asymmetryOf(
  outcome: Outcome,
): { readonly out: string; readonly back: string; readonly node: string } | null {
  const request = outcome.packets.find(({ direction }) => direction === 'original');
  const reply = outcome.packets.find(({ direction }) => direction === 'reply');
  const node = request?.steps[0]?.where.node;
  if (!request || !reply || node === undefined) return null;
  const out = request.steps.find(
    (step) => step.where.node === node && step.action.kind === 'transmit',
  );
  const back = reply.steps.findLast(
    ({ where, action }) =>
      where.node === node && (action.kind === 'receive' || action.kind === 'decapsulate'),
  );
  if (out?.action.kind !== 'transmit' || !back) return null;
  const device =
    back.action.kind === 'receive' || back.action.kind === 'decapsulate' ? back.action.device : '';
  return out.action.device === device ? null : { out: out.action.device, back: device, node };
}
