import { formatAddress } from '../../packet/address.ts';
import type { Flow } from '../../packet/flow.ts';
import { netnsKey } from '../../packet/place.ts';
import type { Assumption, Outcome, PacketTrace, Trace } from '../../trace/trace.ts';
import { place } from './header-fields.ts';
import { stepJson } from './step-json.ts';
import {
  type AssumptionJson,
  type FlowJson,
  type OutcomeJson,
  type PacketJson,
  type StepJson,
  TRACE_SCHEMA,
  type TraceJson,
} from './trace-json.ts';

/** A trace in its published form. */
export function traceJson(trace: Trace): TraceJson {
  return {
    schema: TRACE_SCHEMA,
    flow: flowJson(trace.flow),
    verdict: trace.verdict,
    outcomes: trace.outcomes.map(outcomeJson),
    unsupported: trace.unsupported.map(({ construct, where, source }) => ({
      construct,
      ...where,
      source: source && place(source),
    })),
    truncated: trace.truncated,
  };
}

/** A flow in the words of the flow options. */
export function flowJson(flow: Flow): FlowJson {
  const to = formatAddress(flow.to);
  const host = flow.to.family === 6 ? `[${to}]` : to;
  return {
    from: netnsKey(flow.from),
    to: flow.port === 0 ? to : `${host}:${flow.port}`,
    proto: flow.protocol,
    src: flow.boundSource && formatAddress(flow.boundSource),
    iface: flow.boundDevice,
    in: flow.arrivesOn,
    sport: flow.sport,
    mark: flow.mark,
  };
}

export function assumptionJson(assumption: Assumption): AssumptionJson {
  return {
    id: assumption.questionId,
    topic: assumption.topic,
    node: assumption.where?.node ?? null,
    netns: assumption.where?.netns ?? null,
    subject: assumption.subject,
    value: assumption.value,
    kind: assumption.kind,
    isDefault: assumption.isDefault,
  };
}

export function outcomeJson(outcome: Outcome): OutcomeJson {
  const { endpoint } = outcome;
  return {
    probability: outcome.probability,
    assumptions: outcome.assumptions.map(assumptionJson),
    client: outcome.client,
    errno: outcome.errno,
    endpoint: endpoint && {
      node: endpoint.where.node,
      netns: endpoint.where.netns,
      ip: formatAddress(endpoint.address),
      port: endpoint.port,
    },
    sourceAtEndpoint: outcome.sourceAtEndpoint && formatAddress(outcome.sourceAtEndpoint),
    packets: outcome.packets.map(packetJson),
    transfer: outcome.transfer,
  };
}

function packetJson(packet: PacketTrace): PacketJson {
  const steps: StepJson[] = [];
  let before: StepJson | null = null;
  for (const step of packet.steps) {
    steps.push(...stepJson(step, before));
    before = steps.at(-1) ?? null;
  }
  return {
    direction: packet.direction,
    kind: packet.kind,
    disposition: packet.disposition,
    dropReason: packet.dropReason,
    node: packet.at?.node ?? null,
    netns: packet.at?.netns ?? null,
    steps,
  };
}
