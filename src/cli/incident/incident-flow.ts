import type { LabFlow } from '../../lab/flow.ts';
import { type Address, parseAddress } from '../../packet/address.ts';
import type { Flow } from '../../packet/flow.ts';
import type { NetnsRef } from '../../packet/place.ts';
import { inputFailure } from '../failure.ts';
import { labName } from './compose.ts';
import type { IncidentFlow } from './incident.ts';

/** The flow as the laboratory sends it. */
export function labFlow(id: string, flow: IncidentFlow): LabFlow {
  const { from, protocol, source, device, sourcePort, mark, payload } = flow;
  const { host, port } = target(flow);
  return {
    id,
    from: labName(from),
    protocol,
    to: host,
    port,
    ...(source === undefined ? {} : { source }),
    ...(device === undefined ? {} : { device }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
    ...(mark === undefined ? {} : { mark }),
    ...(payload === undefined ? {} : { payload }),
  };
}

/**
 * The flow as the model is asked about it.
 * @param sport the port that the kernel gave the client's socket, when it is known
 */
export function modelFlow(flow: IncidentFlow, sport: number | null = null): Flow {
  const { host, port } = target(flow);
  return {
    from: refOfPlace(flow.from),
    arrivesOn: null,
    to: address(host),
    port,
    protocol: flow.protocol,
    boundSource: flow.source === undefined ? null : address(flow.source),
    boundDevice: flow.device ?? null,
    sport: flow.sourcePort ?? sport,
    mark: flow.mark ?? 0,
  };
}

/** `n1` or `n1/web`. */
function refOfPlace(place: string): NetnsRef {
  const [node = '', netns = null] = place.split('/');
  return { node, netns };
}

function target({ to, protocol }: IncidentFlow): { readonly host: string; readonly port: number } {
  if (protocol === 'icmp') return { host: to, port: 0 };
  const [host = '', port] = to.split(':');
  return { host, port: Number(port) };
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed) throw inputFailure('incident.json', `${text} is no address`);
  return parsed;
}
