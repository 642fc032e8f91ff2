import type { Address } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { type NetnsRef, netnsKey } from '../packet/place.ts';
import { nearNames } from '../snapshot/near-names.ts';
import {
  type Destination,
  type Resolution,
  resolveDestination,
  resolveSource,
} from '../snapshot/resolve.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { usageFailure } from './failure.ts';
import type { FlowRequest } from './flow-text.ts';

/** Finds a flow's names in a snapshot. Fails with a sentence that names what is near. */
export function resolveFlow(snapshot: Snapshot, request: FlowRequest): Flow {
  const from = sourceOf(snapshot, request.from);
  const destination = destinationOf(snapshot, request);
  const protocol = request.protocol ?? destination.protocol ?? 'tcp';
  checkDevice(snapshot, from, '--iface', request.iface);
  checkDevice(snapshot, from, '--in', request.in);
  const boundSource = request.src === null ? null : boundAddress(snapshot, request.src);
  if (boundSource !== null && boundSource.family !== destination.address.family) {
    throw usageFailure(`--src ${request.src} and --to ${request.to} are of two address families`);
  }
  if (protocol !== 'icmp' && destination.port === null) {
    throw usageFailure(`--to ${request.to}: a port is needed for ${protocol}, as in IP:PORT`);
  }
  return {
    from,
    arrivesOn: request.in,
    to: destination.address,
    port: protocol === 'icmp' ? 0 : (destination.port ?? 0),
    protocol,
    boundSource,
    boundDevice: request.iface,
    sport: request.sport,
    mark: request.mark,
  };
}

function sourceOf(snapshot: Snapshot, text: string | null): NetnsRef {
  if (text !== null) return resolved('--from', text, resolveSource(snapshot, text));
  const captured = [...snapshot.network.namespaces.values()].filter(
    ({ origin, ref }) => origin.kind === 'captured' && ref.netns === null,
  );
  const [only] = captured;
  if (only && captured.length === 1) return only.ref;
  const names = captured.map(({ ref }) => netnsKey(ref)).join(', ');
  throw usageFailure(`--from is needed; the snapshot has ${names || 'no node'}`);
}

function destinationOf(snapshot: Snapshot, request: FlowRequest): Destination {
  const { to, protocol } = request;
  if (to === null) throw usageFailure('--to is needed: IP[:PORT] or svc/NAMESPACE/NAME[:PORT]');
  if (protocol === 'icmp') {
    // Any port does: only the address of the Service counts.
    const text = /^svc\/[^:]+$/.test(to) ? `${to}:1` : to;
    return resolved('--to', to, resolveDestination(snapshot, text));
  }
  return resolved('--to', to, resolveDestination(snapshot, to, protocol ?? undefined));
}

function boundAddress(snapshot: Snapshot, text: string): Address {
  const { address, port } = resolved('--src', text, resolveDestination(snapshot, text));
  if (port !== null) throw usageFailure(`--src ${text}: an address without a port; see --sport`);
  return address;
}

function checkDevice(
  snapshot: Snapshot,
  from: NetnsRef,
  option: string,
  device: string | null,
): void {
  const devices = snapshot.network.namespaces.get(netnsKey(from))?.devices;
  if (device === null || !devices || devices.some(({ name }) => name === device)) return;
  // Ports that were made up for pods nobody captured are no devices of the node.
  const names = devices.filter(({ source }) => source !== null).map(({ name }) => name);
  const near = nearNames(device, names);
  const hint = near.length > 0 ? `near: ${near.join(', ')}` : `it has ${names.join(', ')}`;
  throw usageFailure(`${option} ${device}: no such device on ${netnsKey(from)}; ${hint}`);
}

function resolved<T>(option: string, text: string, resolution: Resolution<T>): T {
  switch (resolution.kind) {
    case 'found':
      return resolution.value;
    case 'unknown': {
      const near = resolution.near.length > 0 ? `; near: ${resolution.near.join(', ')}` : '';
      throw usageFailure(`${option} ${text}: no such ${resolution.what} in the snapshot${near}`);
    }
    case 'ambiguous':
      throw usageFailure(
        `${option} ${text}: several ${PLURALS[resolution.what]} fit: ${resolution.candidates.join(', ') || 'none is known'}`,
      );
    case 'malformed':
      throw usageFailure(`${option} ${text}: not a valid ${resolution.what}`);
  }
}

const PLURALS = {
  node: 'nodes',
  netns: 'namespaces',
  pod: 'pods',
  service: 'Services',
  port: 'ports',
  address: 'addresses',
} as const;
