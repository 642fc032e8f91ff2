import { parseIpv4 } from '../../../packet/address.ts';
import { formatPrefix, network } from '../../../packet/prefix.ts';
import type { TunRelay } from '../../topology/topology.ts';
import type { NetnsDraft } from '../draft.ts';
import { subnetsOf } from '../ipv4-subnet.ts';
import type { KubeNode } from '../read/kube.ts';
import type { Link } from '../read/links.ts';
import { numberOf, textOf } from '../read/records.ts';
import { prefixFamily } from '../read/safe-words.ts';
import type { Uplink } from './segments.ts';

/** flannel: pkg/backend/udp, defaultPort. */
export const FLANNEL_UDP_PORT = 8285;

export interface LeaseFacts {
  readonly hosts: readonly NetnsDraft[];
  readonly nodes: readonly KubeNode[];
  readonly uplinks: readonly Uplink[];
}

/**
 * The relay of a TUN device that flanneld's udp backend reads, or null for a device of another
 * program. Leases come from what flannel wrote, else from Node objects, else from addresses.
 */
export function flannelRelay(netns: NetnsDraft, link: Link, facts: LeaseFacts): TunRelay | null {
  if (link.kind !== 'tun' || textOf(link.data, 'type') !== 'tun') return null;
  if (!/^flannel\d+$/.test(link.name) || !isReadByFlannel(netns, facts)) return null;
  const own = nodeOf(netns);
  const local = own === null ? null : publicAddress(own, facts);
  const [address] = (link.addresses ?? []).filter((entry) => textOf(entry, 'family') === 'inet');
  const overlay = address && `${textOf(address, 'local')}/${numberOf(address, 'prefixlen')}`;
  if (own === null || local === null || !overlay || prefixFamily(overlay) !== 4) return null;
  const names = new Set([
    ...facts.hosts.map((host) => nodeOf(host) ?? ''),
    ...facts.nodes.map(({ name }) => name),
  ]);
  names.delete(own);
  const leases = [...names].flatMap((name) => {
    const subnet = subnetOf(name, facts);
    const node = publicAddress(name, facts);
    return subnet === null || node === null ? [] : [{ subnet, node }];
  });
  const mtu = link.mtu ?? 1472;
  return { device: link.name, mtu, address: overlay, local, port: FLANNEL_UDP_PORT, leases };
}

function isReadByFlannel({ captured, place }: NetnsDraft, { nodes }: LeaseFacts): boolean {
  const port = new RegExp(`:${FLANNEL_UDP_PORT}\\s`);
  const socket = captured?.files
    .get('sockets')
    ?.text.split('\n')
    .some((line) => {
      return line.startsWith('udp') && port.test(line);
    });
  const connection = captured?.files.get('conntrack')?.text.includes(`dport=${FLANNEL_UDP_PORT} `);
  const annotated = nodes.some(
    ({ name, flannelBackend }) =>
      place.kind !== 'outside' && name === place.node && flannelBackend === 'udp',
  );
  return (socket ?? false) || (connection ?? false) || annotated;
}

function nodeOf({ place }: NetnsDraft): string | null {
  return place.kind === 'node' ? place.node : null;
}

function subnetOf(node: string, { hosts, nodes }: LeaseFacts): string | null {
  const host = hosts.find((candidate) => nodeOf(candidate) === node);
  const env = host?.captured?.files.get('flannel-subnet')?.text;
  const written = env && /^\s*(?:export\s+)?FLANNEL_SUBNET=["']?([\d./]+)/m.exec(env)?.[1];
  if (written && prefixFamily(written) === 4) return networkOf(written);
  const cidr = nodes.find(({ name }) => name === node)?.podCidr;
  if (cidr) return cidr;
  // flannel gives its device the first address of the subnet, and a bridge has the rest of it.
  const tun = host?.links.find(({ kind, name }) => kind === 'tun' && /^flannel\d+$/.test(name));
  const first = textOf(tun?.addresses?.[0] ?? {}, 'local');
  const bridges = host?.links.filter(({ kind }) => kind === 'bridge') ?? [];
  const subnets = bridges.flatMap((bridge) => subnetsOf(bridge).map(({ subnet }) => subnet));
  return subnets.find((subnet) => subnet.startsWith(`${first}/`)) ?? null;
}

/** `10.244.1.1/24` is how subnet.env names 10.244.1.0/24. */
function networkOf(prefix: string): string {
  const [address = '', length = ''] = prefix.split('/');
  const parsed = parseIpv4(address);
  return parsed ? formatPrefix(network({ address: parsed, length: Number(length) })) : prefix;
}

/** Where flanneld receives: its annotation, its socket's address, the Node's, the uplink's. */
function publicAddress(node: string, { hosts, nodes, uplinks }: LeaseFacts): string | null {
  const object = nodes.find(({ name }) => name === node);
  if (object?.flannelAddress) return object.flannelAddress;
  const host = hosts.find((candidate) => nodeOf(candidate) === node);
  const sockets = host?.captured?.files.get('sockets')?.text ?? '';
  const bound = new RegExp(`^udp.*?\\s(\\d+\\.\\d+\\.\\d+\\.\\d+):${FLANNEL_UDP_PORT}\\s`, 'm');
  const address = bound.exec(sockets)?.[1];
  if (address !== undefined && address !== '0.0.0.0') return address;
  if (object?.addresses[0] !== undefined) return object.addresses[0];
  return uplinks.find(({ netns }) => netns === host)?.subnets[0]?.address ?? null;
}
