import { type KubeProtocol, type Service, type ServicePort, serviceName } from '../kube/service.ts';
import { serviceOfAddress } from '../kube/service-lookup.ts';
import { type Address, formatAddress, parseAddress, sameAddress } from '../packet/address.ts';
import { type NetnsRef, netnsKey } from '../packet/place.ts';
import { nearNames } from './near-names.ts';
import type { Snapshot } from './snapshot.ts';
import { findUplinks } from './underlay.ts';

/** A name that was looked up. */
export type Resolution<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'unknown'; readonly what: NamedThing; readonly near: readonly string[] }
  | {
      readonly kind: 'ambiguous';
      readonly what: NamedThing;
      readonly candidates: readonly string[];
    }
  | { readonly kind: 'malformed'; readonly what: NamedThing };

export type NamedThing = 'node' | 'netns' | 'pod' | 'service' | 'port' | 'address';

/** Where a flow goes. */
export interface Destination {
  readonly address: Address;
  /** Null when the text names none and nothing else tells it. */
  readonly port: number | null;
  /** Set when the port's name or the Service tells it. */
  readonly protocol: KubeProtocol | null;
  readonly service: Service | null;
}

/** Reads `NODE`, `NODE/NETNS` or `pod/NS/NAME`. */
export function resolveSource(snapshot: Snapshot, text: string): Resolution<NetnsRef> {
  const pod = /^pod\/([^/]+)\/([^/]+)$/.exec(text);
  if (pod) return resolvePod(snapshot, `${pod[1]}/${pod[2]}`);
  const { namespaces } = snapshot.network;
  const exact = namespaces.get(text);
  if (exact) return { kind: 'found', value: exact.ref };
  const slash = text.indexOf('/');
  const nodeText = slash < 0 ? text : text.slice(0, slash);
  const node = resolveNode(snapshot, nodeText);
  if (node.kind !== 'found') return node;
  const netns = slash < 0 ? null : text.slice(slash + 1);
  const ref = namespaces.get(netnsKey({ node: node.value, netns }))?.ref;
  if (ref) return { kind: 'found', value: ref };
  if (netns === null) return { kind: 'unknown', what: 'node', near: [] };
  const known = [...namespaces.values()]
    .filter((state) => state.ref.node === node.value)
    .flatMap((state) => state.ref.netns ?? []);
  const near = nearNames(netns, known).map((name) => `${node.value}/${name}`);
  return { kind: 'unknown', what: 'netns', near };
}

function resolveNode(snapshot: Snapshot, text: string): Resolution<string> {
  const nodes = new Set([...snapshot.network.namespaces.values()].map(({ ref }) => ref.node));
  if (nodes.has(text)) return { kind: 'found', value: text };
  const byAlias = [...snapshot.nodes.values()].filter((node) => node.aliases.includes(text));
  const [only] = byAlias;
  if (byAlias.length > 1) {
    return { kind: 'ambiguous', what: 'node', candidates: byAlias.map((node) => node.name) };
  }
  if (only) return { kind: 'found', value: only.name };
  const aliases = [...snapshot.nodes.values()].flatMap((node) => node.aliases);
  return { kind: 'unknown', what: 'node', near: nearNames(text, [...nodes, ...aliases]) };
}

function resolvePod(snapshot: Snapshot, name: string): Resolution<NetnsRef> {
  const found = snapshot.pods.filter((pod) => serviceName(pod) === name);
  const [only] = found;
  if (only) return { kind: 'found', value: only.netns };
  const near = nearNames(name, snapshot.pods.map(serviceName)).map((pod) => `pod/${pod}`);
  return { kind: 'unknown', what: 'pod', near };
}

/**
 * Reads `IP[:PORT]`, `[IPv6]:PORT`, `svc/NS/NAME[:PORT]`, `pod/NS/NAME[:PORT]` or
 * `NODE[/NETNS][:PORT]`. A Service's port may be given by its name. `protocol` chooses between
 * ports of one number.
 */
export function resolveDestination(
  snapshot: Snapshot,
  text: string,
  protocol?: KubeProtocol,
): Resolution<Destination> {
  const service = /^svc\/([^/:]+)\/([^/:]+)(?::(.+))?$/.exec(text);
  if (service) {
    const name = `${service[1]}/${service[2]}`;
    return resolveService(snapshot, name, { port: service[3] ?? null, protocol });
  }
  const bare = parseAddress(text);
  if (bare) return found(snapshot, bare, null, protocol);
  const match = /^(.*?)(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? '';
  const port = match?.[2] === undefined ? null : Number(match[2]);
  if (host === '' || (port !== null && (port < 1 || port > 65535))) {
    return { kind: 'malformed', what: 'address' };
  }
  const address = parseAddress(host.replace(/^\[(.*)\]$/, '$1'));
  if (address) return found(snapshot, address, port, protocol);
  if (/^[\d.]+$/.test(host) || host.startsWith('[')) return { kind: 'malformed', what: 'address' };
  const netns = resolveSource(snapshot, host);
  if (netns.kind !== 'found') return netns;
  const own = addressOf(snapshot, netns.value, host);
  return own
    ? found(snapshot, own, port, protocol)
    : { kind: 'unknown', what: 'address', near: [] };
}

function found(
  snapshot: Snapshot,
  address: Address,
  port: number | null,
  protocol: KubeProtocol | undefined,
): Resolution<Destination> {
  const match = serviceOfAddress(snapshot.kube, address, port ?? 0, protocol ?? 'tcp');
  const service = match?.service ?? null;
  return { kind: 'found', value: { address, port, protocol: protocol ?? null, service } };
}

/** A pod's own address, else the first address of the namespace, on a device that leads out. */
function addressOf(snapshot: Snapshot, ref: NetnsRef, name: string): Address | null {
  const pod = snapshot.pods.find((p) => `pod/${serviceName(p)}` === name);
  if (pod) return pod.addresses[0] ?? null;
  const state = snapshot.network.namespaces.get(netnsKey(ref));
  if (!state) return null;
  const uplink = findUplinks([{ ...state, origin: { kind: 'captured' } }], [])[0];
  const devices = uplink ? [uplink.addressed] : (state.devices ?? []);
  const addresses = devices
    .filter((device) => device.details.kind !== 'loopback')
    .flatMap((device) => device.addresses)
    .filter(({ scope }) => scope === 'global')
    .map(({ address }) => address);
  return addresses.find(({ family }) => family === 4) ?? addresses[0] ?? null;
}

function resolveService(
  snapshot: Snapshot,
  name: string,
  wanted: { readonly port: string | null; readonly protocol: KubeProtocol | undefined },
): Resolution<Destination> {
  const services = snapshot.kube.services ?? [];
  const service = services.find((candidate) => serviceName(candidate) === name);
  if (!service) {
    return { kind: 'unknown', what: 'service', near: nearServices(name, services) };
  }
  const address =
    service.clusterIps.find(({ family }) => family === 4) ??
    service.clusterIps[0] ??
    service.externalIps[0];
  // A headless Service has no address of its own: its pods have.
  if (!address) {
    const pods = (snapshot.kube.endpoints ?? [])
      .filter((endpoint) => serviceName(endpoint.service) === name)
      .map(({ pod, address: own }) => (pod ? `pod/${serviceName(pod)}` : formatAddress(own)));
    return { kind: 'ambiguous', what: 'address', candidates: [...new Set(pods)] };
  }
  const port = choosePort(service, wanted);
  if (port.kind !== 'found') return port;
  const { value } = port;
  return {
    kind: 'found',
    value: {
      address,
      port: value.number,
      protocol: value.port?.protocol ?? wanted.protocol ?? null,
      service,
    },
  };
}

/** The namespace is what people forget: without a near name, the name in other namespaces. */
function nearServices(name: string, services: readonly Service[]): readonly string[] {
  const near = nearNames(name, services.map(serviceName));
  const own = name.slice(name.indexOf('/') + 1);
  const exactFirst = nearNames(own, new Set(services.map((service) => service.name)));
  const elsewhere = [own, ...exactFirst.filter((known) => known !== own)].flatMap((known) =>
    services.filter((service) => service.name === known),
  );
  const found = near.length > 0 ? near : elsewhere.map(serviceName).slice(0, 5);
  return found.map((known) => `svc/${known}`);
}

function choosePort(
  service: Service,
  wanted: { readonly port: string | null; readonly protocol: KubeProtocol | undefined },
): Resolution<{ readonly number: number; readonly port: ServicePort | null }> {
  const ports = service.ports.filter(
    ({ protocol }) => wanted.protocol === undefined || protocol === wanted.protocol,
  );
  const describe = (port: ServicePort): string =>
    port.name === ''
      ? `${port.port}/${port.protocol}`
      : `${port.name} (${port.port}/${port.protocol})`;
  if (wanted.port === null) {
    const [only] = ports;
    if (only && ports.length === 1)
      return { kind: 'found', value: { number: only.port, port: only } };
    return { kind: 'ambiguous', what: 'port', candidates: service.ports.map(describe) };
  }
  if (/^\d{1,5}$/.test(wanted.port)) {
    const number = Number(wanted.port);
    if (number < 1 || number > 65535) return { kind: 'malformed', what: 'port' };
    // A port the Service does not have is a fair question: what happens to such a packet?
    const matching = ports.filter((port) => port.port === number);
    const port = matching.find(({ protocol }) => protocol === 'tcp') ?? matching[0] ?? null;
    return { kind: 'found', value: { number, port } };
  }
  const named = ports.find((port) => port.name === wanted.port);
  if (named) return { kind: 'found', value: { number: named.port, port: named } };
  const near = service.ports.map(({ name }) => name).filter((name) => name !== '');
  return { kind: 'unknown', what: 'port', near };
}

/** The captured or assumed namespace that has an address. */
export function ownerOf(snapshot: Snapshot, address: Address): NetnsRef | null {
  for (const { ref, devices } of snapshot.network.namespaces.values()) {
    for (const device of devices ?? []) {
      if (device.details.kind === 'loopback') continue;
      if (device.addresses.some((held) => sameAddress(held.address, address))) return ref;
    }
  }
  return null;
}
