import type { Address } from '../packet/address.ts';
import type { Prefix } from '../packet/prefix.ts';
import type { KubeFacts } from './facts.ts';
import type { KubeProtocol } from './service.ts';

/** Whose an address is. */
export type AddressName =
  | {
      readonly kind: 'service';
      readonly namespace: string;
      readonly name: string;
      /** The port's name; null when the Service has no such port. */
      readonly port: string | null;
    }
  | {
      readonly kind: 'endpoint';
      readonly namespace: string;
      readonly name: string;
      readonly pod: string | null;
    }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'node'; readonly name: string; readonly device: string | null }
  /** An address of a node's part of the pods' network. */
  | { readonly kind: 'pod-network'; readonly node: string };

/** What has been learnt of one address. */
interface Entry {
  /** By protocol and port: a Service's, or an endpoint's. */
  readonly ports: Map<string, AddressName>;
  /** Whatever the port is. */
  any: AddressName | null;
}

/** Names of addresses, found in a time that does not grow with their number. */
export interface AddressBook {
  /** @param port null for protocols without */
  nameOf(address: Address, protocol: KubeProtocol | null, port: number | null): AddressName | null;
  /** The Services, as `namespace/name`, that an endpoint's address and port stand behind. */
  servicesBehind(address: Address, protocol: KubeProtocol, port: number): ReadonlySet<string>;
  addService(at: Address, protocol: KubeProtocol, port: number, of: ServicePort): void;
  addEndpoint(at: Address, protocol: KubeProtocol, port: number, of: ServicePort): void;
  addNode(at: Address, node: string, device: string | null): void;
}

export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: string;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Most addresses that a stream of pasted rules may add. */
const MOST = 200_000;

/** Builds the book of a cluster's objects; more is added as rules are read. */
export function addressBook(kube: KubeFacts | null): AddressBook {
  const entries = new Map<number | bigint, Entry>();
  const behind = new Map<string, Set<string>>();
  const networks = new Map<number, Map<bigint, string>>();

  const entryOf = (address: Address): Entry | null => {
    let entry = entries.get(address.bits);
    if (!entry) {
      if (entries.size >= MOST) return null;
      entry = { ports: new Map(), any: null };
      entries.set(address.bits, entry);
    }
    return entry;
  };
  const portKey = (protocol: KubeProtocol, port: number): string => `${protocol}${port}`;

  const book: AddressBook = {
    nameOf(address, protocol, port) {
      const entry = entries.get(address.bits);
      if (entry) {
        const own =
          protocol === null || port === null ? null : entry.ports.get(portKey(protocol, port));
        if (own ?? entry.any) return own ?? entry.any;
      }
      return networkOf(networks, address);
    },
    servicesBehind: (address, protocol, port) =>
      behind.get(`${address.bits} ${portKey(protocol, port)}`) ?? NOTHING,
    addService(at, protocol, port, of) {
      const entry = entryOf(at);
      if (!entry) return;
      const { namespace, name } = of;
      entry.ports.set(portKey(protocol, port), { kind: 'service', namespace, name, port: of.port });
      entry.any ??= { kind: 'service', namespace, name, port: null };
    },
    addEndpoint(at, protocol, port, { namespace, name }) {
      const entry = entryOf(at);
      if (!entry) return;
      const key = portKey(protocol, port);
      const { any } = entry;
      const pod = any?.kind === 'pod' ? `${any.namespace}/${any.name}` : null;
      if (!entry.ports.has(key)) entry.ports.set(key, { kind: 'endpoint', namespace, name, pod });
      const place = `${at.bits} ${key}`;
      const services = behind.get(place);
      if (services) services.add(`${namespace}/${name}`);
      else behind.set(place, new Set([`${namespace}/${name}`]));
    },
    addNode(at, node, device) {
      const entry = entryOf(at);
      if (entry) entry.any ??= { kind: 'node', name: node, device };
    },
  };
  if (kube) addKube(book, kube, entryOf, networks);
  return book;
}

function addKube(
  book: AddressBook,
  kube: KubeFacts,
  entryOf: (address: Address) => Entry | null,
  networks: Map<number, Map<bigint, string>>,
): void {
  for (const { name, addresses, podCidrs } of kube.nodes ?? []) {
    for (const { address } of addresses) book.addNode(address, name, null);
    for (const cidr of podCidrs) addNetwork(networks, cidr, name);
  }
  for (const { namespace, name, addresses, hostNetwork, phase } of kube.pods ?? []) {
    if (hostNetwork || phase === 'Succeeded' || phase === 'Failed') continue;
    for (const address of addresses) {
      const entry = entryOf(address);
      if (entry) entry.any ??= { kind: 'pod', namespace, name };
    }
  }
  for (const { service, address, ports } of kube.endpoints ?? []) {
    for (const { protocol, port, name } of ports) {
      book.addEndpoint(address, protocol, port, { ...service, port: name });
    }
  }
  const nodes = (kube.nodes ?? []).flatMap((node) => node.addresses.map(({ address }) => address));
  for (const { namespace, name, ports, ...service } of kube.services ?? []) {
    const balanced = service.loadBalancerIps.map(({ address }) => address);
    const own = [...service.clusterIps, ...service.externalIps, ...balanced];
    for (const { name: port, protocol, port: number, nodePort } of ports) {
      for (const ip of own) book.addService(ip, protocol, number, { namespace, name, port });
      if (nodePort === null) continue;
      for (const ip of nodes) book.addService(ip, protocol, nodePort, { namespace, name, port });
    }
  }
}

function addNetwork(
  networks: Map<number, Map<bigint, string>>,
  { address, length }: Prefix,
  node: string,
): void {
  const key = address.family * 1000 + length;
  const known = networks.get(key) ?? new Map<bigint, string>();
  networks.set(key, known);
  known.set(head(address, length), node);
}

/** One look-up for each length of prefixes that there is, the longest first. */
function networkOf(
  networks: ReadonlyMap<number, ReadonlyMap<bigint, string>>,
  address: Address,
): AddressName | null {
  if (networks.size === 0) return null;
  for (const key of [...networks.keys()].sort((a, b) => b - a)) {
    if (Math.floor(key / 1000) !== address.family) continue;
    const node = networks.get(key)?.get(head(address, key % 1000));
    if (node !== undefined) return { kind: 'pod-network', node };
  }
  return null;
}

function head(address: Address, length: number): bigint {
  const width = address.family === 4 ? 32 : 128;
  return BigInt(address.bits) >> BigInt(width - length);
}
