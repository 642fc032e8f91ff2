import type { Network } from '../kernel/network.ts';
import { parseAddress, sameAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { type NetnsRef, netnsKey } from '../packet/place.ts';
import { protocolName } from '../packet/protocol.ts';
import type { Trace } from '../trace/trace.ts';
import { type Attempt, boundDeviceOf, outputLines } from './attempt.ts';
import { compareWithObservations } from './fit.ts';
import { innermost } from './match-sightings.ts';
import type { ObservedFlow } from './observed-flow.ts';
import type { TraceFlow } from './trace-flow.ts';

/** Where and how an attempt may have been made. */
export interface FlowSource {
  readonly from: NetnsRef;
  readonly arrivesOn: string | null;
  /** What the client addressed; the attempt's own destination when it was seen untranslated. */
  readonly to: Flow['to'];
  readonly port: number;
}

/** The source address with which a trace's first packet left its socket, or came in. */
function firstSource(trace: Trace): Flow['to'] | null {
  const steps = trace.outcomes[0]?.packets[0]?.steps ?? [];
  const sent = steps.find(({ action }) => action.kind === 'socket' || action.kind === 'receive');
  return (sent ?? steps[0])?.skb.packet.source ?? null;
}

/**
 * The flow of an attempt: bound to a device or an address as the command or the lines say, and
 * otherwise in the one way in which the model chooses the source that was seen and agrees with
 * what was seen on the client's node.
 */
export function flowOfAttempt(
  attempt: Attempt,
  source: FlowSource,
  context: {
    readonly network: Network;
    readonly trace: TraceFlow;
    readonly observed: ObservedFlow;
  },
): Flow {
  const base = plainFlow(attempt, source);
  if (source.arrivesOn !== null) return { ...base, boundSource: attempt.client };
  const command = attempt.commands.find(({ boundTo }) => boundTo !== null);
  if (command?.boundTo) {
    const address = parseAddress(command.boundTo);
    return address ? { ...base, boundSource: address } : { ...base, boundDevice: command.boundTo };
  }
  const agreeing = possibleFlows(base, attempt, context.network)
    .map((flow) => ({ flow, trace: context.trace(context.network, flow, { maxBranches: 16 }) }))
    .filter(({ trace }) => {
      const chosen = firstSource(trace);
      return (
        chosen !== null &&
        sameAddress(chosen, attempt.client) &&
        firstPacketAgrees(trace, context.observed, source.from)
      );
    });
  const mss = observedMss(context.observed);
  const likely = agreeing.find(({ trace }) => mss !== null && offeredMss(trace) === mss);
  return (likely ?? agreeing[0])?.flow ?? { ...base, boundSource: attempt.client };
}

/** The MSS of the client's first packet: it tells by which device the first lookup went. */
function observedMss({ sightings }: ObservedFlow): number | null {
  const syn = sightings.find(({ kind, packet }) => kind === 'syn' && packet.tcp?.mss);
  return syn?.packet.tcp?.mss ?? null;
}

function offeredMss(trace: Trace): number | null {
  const steps = trace.outcomes[0]?.packets[0]?.steps ?? [];
  const sent = steps.find(({ action }) => action.kind === 'transmit');
  const transport = sent && innermost(sent.skb.packet).transport;
  return transport?.kind === 'tcp' ? (transport.mss ?? null) : null;
}

function plainFlow(attempt: Attempt, source: FlowSource): Flow {
  const name = protocolName(attempt.protocol);
  return {
    from: source.from,
    arrivesOn: source.arrivesOn,
    to: source.to,
    port: source.port,
    protocol: name === 'udp' || name === 'icmp' || name === 'sctp' ? name : 'tcp',
    boundSource: null,
    boundDevice: null,
    sport: null,
    mark: 0,
  };
}

/** Unbound, bound to the address, bound to a device: the usual ones first. */
function possibleFlows(base: Flow, attempt: Attempt, network: Network): readonly Flow[] {
  const devices = network.namespaces.get(netnsKey(base.from))?.devices ?? [];
  const logged = outputLines(attempt.conversations)?.first.vantage.oif ?? null;
  const likely = boundDeviceOf(attempt.conversations) ?? logged;
  const names = devices
    .filter(({ details }) => details.kind !== 'loopback')
    .map(({ name }) => name)
    .sort((a, b) => Number(b === likely) - Number(a === likely));
  return [
    base,
    { ...base, boundSource: attempt.client },
    ...names.map((boundDevice) => ({ ...base, boundDevice })),
  ];
}

/** Whether the first packet goes on its own node where it was seen there; replies may be lost. */
export function firstPacketAgrees(trace: Trace, observed: ObservedFlow, from: NetnsRef): boolean {
  return trace.outcomes.some((outcome) => {
    const first = outcome.packets.slice(0, 1);
    const kind = first[0]?.kind;
    const atClient: ObservedFlow = {
      unplaced: [],
      sightings: observed.sightings.filter(
        ({ point, direction, kind: seen }) =>
          point.where.node === from.node && direction === 'original' && seen === kind,
      ),
      coverage: new Map(
        [...observed.coverage].filter(([, { point }]) => point.where.node === from.node),
      ),
    };
    const fit = compareWithObservations({ ...outcome, packets: first }, atClient);
    return fit.contradictions.length === 0;
  });
}
