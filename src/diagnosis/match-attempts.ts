import type { Endpoint } from '../evidence/evidence.ts';
import type { Network } from '../kernel/network.ts';
import { sameAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { ports } from '../packet/packet.ts';
import type { Trace } from '../trace/trace.ts';
import type { Attempt } from './attempt.ts';
import { firstPacketAgrees, flowOfAttempt } from './flow-of-attempt.ts';
import { ownerOf, placesFromSides } from './infer/places.ts';
import type { DiagnoseInput } from './input.ts';
import { innermost } from './match-sightings.ts';
import { NOTHING_OBSERVED, type ObservedFlow, observedFlow, type Places } from './observed-flow.ts';

/** The flow to explain with the attempt that evidence shows of it. */
export interface Matched {
  readonly flow: Flow;
  readonly attempt: Attempt | null;
  readonly observed: ObservedFlow;
  readonly places: Places;
}

/** Whether an attempt was made to this destination, seen before or after translation. */
export function isAbout(attempt: Attempt, destination: Endpoint): boolean {
  return [attempt.service, attempt.endpoint].some(
    (end) =>
      end !== null &&
      sameAddress(end.address, destination.address) &&
      (end.port === null || destination.port === null || end.port === destination.port),
  );
}

/**
 * Finds the flow and its attempt. With a flow asked, the model says which addresses its packets
 * have on the wire; without one, the first failing attempt of a client of the network is taken.
 */
export function matchAttempts(
  input: DiagnoseInput,
  network: Network,
  attempts: readonly Attempt[],
): Matched | null {
  const observations = input.evidence?.observations ?? [];
  const placesFor = (trace: Trace): Places => {
    const from = trace.flow.from;
    const endpoint = trace.outcomes.find((outcome) => outcome.endpoint)?.endpoint?.where ?? from;
    if (!input.evidence) return () => null;
    return placesFromSides(input.evidence, network, from, { node: endpoint.node, netns: null });
  };
  const asked = askedFlow(input);
  if (asked) {
    const trace = input.trace(network, asked, {});
    const places = placesFor(trace);
    const candidates = attempts
      .filter((attempt) => predicted(trace, attempt))
      .map((attempt) => ({ attempt, observed: observedFlow(attempt, observations, places) }))
      .filter(({ observed }) => firstPacketAgrees(trace, observed, asked.from));
    const failing = candidates.find(({ attempt }) => attempt.symptom !== 'works');
    const match = failing ?? candidates[0];
    return {
      flow: asked,
      attempt: match?.attempt ?? null,
      observed: match?.observed ?? NOTHING_OBSERVED,
      places,
    };
  }
  for (const attempt of attempts) {
    const from = ownerOf(network, attempt.client);
    if (!from || attempt.symptom === null || attempt.symptom === 'works') continue;
    const { address, port } = attempt.service;
    const places = input.evidence
      ? placesFromSides(input.evidence, network, from, from)
      : () => null;
    const observed = observedFlow(attempt, observations, places);
    const source = { from, arrivesOn: null, to: address, port: port ?? 0 };
    const flow = flowOfAttempt(attempt, source, { network, trace: input.trace, observed });
    return { flow, attempt, observed, places };
  }
  return null;
}

function askedFlow({ ask }: DiagnoseInput): Flow | null {
  if (!ask.from || !ask.to) return null;
  return {
    from: ask.from,
    arrivesOn: ask.arrivesOn,
    to: ask.to,
    port: ask.port ?? 0,
    protocol: ask.protocol ?? 'tcp',
    boundSource: ask.boundSource,
    boundDevice: ask.boundDevice,
    sport: ask.sport,
    mark: ask.mark,
  };
}

/** Whether some packet of the asked flow has this attempt's addresses, before or after translation. */
function predicted(trace: Trace, attempt: Attempt): boolean {
  return trace.outcomes.some((outcome) =>
    (outcome.packets[0]?.steps ?? []).some(({ skb }) => {
      const packet = innermost(skb.packet);
      const { dport } = ports(packet);
      return (
        sameAddress(packet.source, attempt.client) &&
        isAbout(attempt, { address: packet.destination, port: dport === 0 ? null : dport })
      );
    }),
  );
}
