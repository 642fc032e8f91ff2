import type { FlowAsk } from '../diagnosis/input.ts';
import { parseAddress } from '../packet/address.ts';
import type { NetnsRef } from '../packet/place.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { usageFailure } from './failure.ts';
import { addressPort, type FlowRequest } from './flow-text.ts';
import { resolveFlow } from './resolve-flow.ts';

/** The flow that options ask about, in a snapshot. Without `--to` evidence names the flow. */
export function askOfSnapshot(snapshot: Snapshot, request: FlowRequest): FlowAsk {
  if (request.to === null) return askOfEvidence(request);
  const { from, to, port, protocol, boundSource, boundDevice, arrivesOn, sport, mark } =
    resolveFlow(snapshot, request);
  return { from, to, port, protocol, boundSource, boundDevice, arrivesOn, sport, mark };
}

/** The same without a snapshot: there is nowhere to look a name up. */
export function askOfEvidence(request: FlowRequest): FlowAsk {
  const target = request.to === null ? null : addressPort(request.to);
  const to = target ? parseAddress(target.host) : null;
  if (request.to !== null && !to) {
    throw usageFailure(`--to ${request.to}: without a snapshot an address is needed, IP[:PORT]`);
  }
  const boundSource = request.src === null ? null : parseAddress(request.src);
  if (request.src !== null && !boundSource) {
    throw usageFailure(`--src ${request.src}: without a snapshot an address is needed`);
  }
  return {
    from: request.from === null ? null : placeOf(request.from),
    to,
    port: target?.port === undefined ? null : portOf(target.port),
    protocol: request.protocol,
    boundSource,
    boundDevice: request.iface,
    arrivesOn: request.in,
    sport: request.sport,
    mark: request.mark,
  };
}

function placeOf(text: string): NetnsRef {
  const [node = '', netns = null, ...more] = text.split('/');
  if (node === '' || node === 'pod' || netns === '' || more.length > 0) {
    throw usageFailure(`--from ${text}: without a snapshot a node is needed, NODE[/NETNS]`);
  }
  return { node, netns };
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65535)) throw usageFailure(`--to: ${text} is no port`);
  return port;
}
