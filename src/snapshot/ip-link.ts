import type {
  BridgePort,
  Device,
  DeviceDetails,
  InterfaceAddress,
  LowerLink,
  TunSettings,
  VxlanSettings,
} from '../kernel/device/device.ts';
import { parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { parseInterfaceAddresses } from './ip-addr.ts';
import { geneveDetails, ipTunnelDetails } from './ip-tunnel-link.ts';
import { readJsonElements } from './json-elements.ts';
import {
  flagOf,
  has,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  textOf,
  textsOf,
} from './json-value.ts';
import { error, warning } from './make-issue.ts';

/**
 * One device as `ip -j -d link` or `ip -j -d addr` prints it: both print the link, the second
 * adds addresses.
 */
export interface LinkRecord {
  readonly device: Device;
  /** Undefined when the command does not print addresses. */
  readonly addresses: readonly InterfaceAddress[] | undefined;
  /** False when `-d` was not given: the device's kind is then a guess. */
  readonly detailed: boolean;
  /** Set when the device is a bridge's port whose settings `-d` printed. */
  readonly hasPortSettings: boolean;
}

/** Reads `ip -j -d [-s] link show` and `ip -j -d addr show`. */
export function parseIpLink(text: string, file: string): Parsed<readonly LinkRecord[]> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const records: LinkRecord[] = [];
  const objects = elements.map((element) => element.value).filter(isObject);
  const byName = new Map(objects.map((o) => [textOf(o, 'ifname') ?? '', numberOf(o, 'ifindex')]));
  const bridges = new Set(objects.map((o) => textOf(o, 'master') ?? ''));
  for (const { value, line, raw } of elements) {
    const source = { file, line };
    const name = isObject(value) ? textOf(value, 'ifname') : null;
    const ifindex = isObject(value) ? numberOf(value, 'ifindex') : null;
    if (!isObject(value) || name === null || ifindex === null) {
      issues.push(error('unreadable-record', source, raw.slice(0, 80)));
      continue;
    }
    records.push(parseLink(value, { name, ifindex, source, byName, bridges, issues }));
  }
  if (records.length > 0 && records.every((record) => !record.detailed)) {
    issues.push(warning('link-details-missing', { file, line: 1 }, 'ip -d was not given'));
  }
  return { value: records, issues };
}

interface LinkContext {
  readonly name: string;
  readonly ifindex: number;
  readonly source: SourceRef;
  readonly byName: ReadonlyMap<string, number | null>;
  /** Names that some device has as its master. */
  readonly bridges: ReadonlySet<string>;
  readonly issues: Issue[];
}

function parseLink(link: JsonObject, context: LinkContext): LinkRecord {
  const { name, ifindex, source, issues } = context;
  const flags = textsOf(link, 'flags');
  const linkType = textOf(link, 'link_type');
  const master = textOf(link, 'master');
  const info = objectOf(link, 'linkinfo');
  const port = portSettings(info);
  const mac = textOf(link, 'address');
  const addresses = has(link, 'addr_info')
    ? parseInterfaceAddresses(link, source, issues)
    : undefined;
  const device: Device = {
    name,
    ifindex,
    mtu: numberOf(link, 'mtu') ?? 1500,
    up: flags.includes('UP'),
    carrier: flags.includes('LOWER_UP') && !flags.includes('NO-CARRIER'),
    mac: linkType === 'ether' && mac !== null ? mac.toLowerCase() : null,
    noArp: flags.includes('NOARP') || flags.includes('LOOPBACK') || linkType === 'none',
    promiscuous: flags.includes('PROMISC') || (numberOf(link, 'promiscuity') ?? 0) > 0,
    ...groupOf(link),
    master,
    bridgePort: port,
    addresses: addresses ?? [],
    ...xdpOf(link, source),
    details: detailsOf(link, info, context),
    source,
  };
  const detailed = info !== null || has(link, 'promiscuity') || linkType === 'loopback';
  return { device, addresses, detailed, hasPortSettings: port !== null };
}

/** The program that a card runs on what it receives; `mode` 0 is none. iproute2: ip/iplink_xdp.c. */
function xdpOf(link: JsonObject, source: SourceRef): Pick<Device, 'programs'> {
  const xdp = objectOf(link, 'xdp');
  if (!xdp || numberOf(xdp, 'mode') === 0) return {};
  const id = textOf(objectOf(xdp, 'prog') ?? {}, 'id');
  const what = id === null ? 'XDP program' : `XDP program ${id}`;
  return { programs: [{ hook: 'xdp', what, certain: true, source }] };
}

function groupOf(link: JsonObject): Pick<Device, 'group'> {
  const group = groupNumber(textOf(link, 'group'));
  return group === null ? {} : { group };
}

/** A number, or a name of /etc/iproute2/group, of which every node has one; null for others. */
export function groupNumber(text: string | null): number | null {
  if (text === 'default') return 0;
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null;
}

/** Settings of a bridge's port as `ip -d` prints them under the port. */
function portSettings(info: JsonObject | null): BridgePort | null {
  const data =
    info && textOf(info, 'info_slave_kind') === 'bridge' ? objectOf(info, 'info_slave_data') : null;
  return data ? parseBridgePort(data) : null;
}

const PORT_STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const;

/** A port's settings, by the names that `ip -d link` and `bridge -d link` share. */
export function parseBridgePort(data: JsonObject): BridgePort {
  const state = textOf(data, 'state');
  return {
    state: PORT_STATES.find((known) => known === state) ?? 'forwarding',
    hairpin: flagOf(data, 'hairpin') ?? false,
    isolated: flagOf(data, 'isolated') ?? false,
    learning: flagOf(data, 'learning') ?? true,
    flood: flagOf(data, 'flood') ?? true,
  };
}

function detailsOf(link: JsonObject, info: JsonObject | null, context: LinkContext): DeviceDetails {
  if (textOf(link, 'link_type') === 'loopback') return { kind: 'loopback' };
  const infoKind = info ? textOf(info, 'info_kind') : null;
  const data = (info ? objectOf(info, 'info_data') : null) ?? {};
  switch (infoKind) {
    case 'veth':
      return vethDetails(link, context);
    case 'bridge':
      return {
        kind: 'bridge',
        bridge: {
          vlanFiltering: flagOf(data, 'vlan_filtering') ?? false,
          nfCallIptables: flagOf(data, 'nf_call_iptables') ?? false,
          ...(flagOf(data, 'nf_call_ip6tables') ? { nfCallIp6tables: true } : {}),
        },
      };
    case 'vxlan':
      return vxlanDetails(data, context);
    case 'tun':
      return { kind: 'tun', tun: tunSettings(data) };
    case 'vlan':
      return vlanDetails(link, data, context);
    case 'macvlan':
      return macvlanDetails(link, data, context);
    case 'bond':
      return bondDetails(data);
    case 'dummy':
      return { kind: 'dummy' };
    case 'ipip':
    case 'sit':
    case 'gre':
    case 'ip6tnl':
    case 'ip6gre':
      return ipTunnelDetails(infoKind, data);
    case 'geneve':
      return geneveDetails(data);
    case 'wireguard':
      return { kind: 'wireguard', wireguard: undefined };
    case null:
      return withoutKind(link, context);
    default:
      return { kind: 'other', infoKind };
  }
}

function vethDetails(link: JsonObject, context: LinkContext): DeviceDetails {
  const { ifindex, netnsId } = otherDevice(link, context);
  return { kind: 'veth', peerIfindex: ifindex, peerNetnsId: netnsId };
}

/** A veth's peer, or what a device sends by. */
function otherDevice(link: JsonObject, context: LinkContext): LowerLink {
  const netnsId = numberOf(link, 'link_netnsid');
  // Inside one namespace ip prints the other's name instead of its index.
  const name = netnsId === null ? textOf(link, 'link') : null;
  const byName = name === null ? null : (context.byName.get(name) ?? null);
  return { ifindex: numberOf(link, 'link_index') ?? byName, netnsId };
}

function vlanDetails(link: JsonObject, data: JsonObject, context: LinkContext): DeviceDetails {
  const id = numberOf(data, 'id');
  const protocol = textOf(data, 'protocol') ?? '802.1Q';
  if (id === null || protocol !== '802.1Q') {
    context.issues.push(warning('unsupported-construct', context.source, `vlan of ${protocol}`));
    return { kind: 'other', infoKind: 'vlan' };
  }
  return { kind: 'vlan', id, below: otherDevice(link, context) };
}

const MACVLAN_MODES = ['bridge', 'private', 'vepa', 'passthru', 'source'] as const;

function macvlanDetails(link: JsonObject, data: JsonObject, context: LinkContext): DeviceDetails {
  const text = textOf(data, 'mode');
  const mode = MACVLAN_MODES.find((known) => known === text);
  if (!mode) return { kind: 'other', infoKind: 'macvlan' };
  return { kind: 'macvlan', mode, below: otherDevice(link, context) };
}

function bondDetails(data: JsonObject): DeviceDetails {
  return {
    kind: 'bond',
    mode: textOf(data, 'mode') ?? 'unknown',
    active: textOf(data, 'active_slave'),
  };
}

function vxlanDetails(data: JsonObject, context: LinkContext): DeviceDetails {
  const vni = numberOf(data, 'id');
  if (vni === null) {
    context.issues.push(warning('unsupported-construct', context.source, 'vxlan without VNI'));
    return { kind: 'other', infoKind: 'vxlan' };
  }
  const addressOf = (...keys: string[]) =>
    parseAddress(keys.map((key) => textOf(data, key)).find((text) => text !== null) ?? '');
  const vxlan: VxlanSettings = {
    vni,
    port: numberOf(data, 'port') ?? 8472,
    local: addressOf('local', 'local6'),
    remote: addressOf('remote', 'remote6', 'group', 'group6'),
    link: textOf(data, 'link'),
    learning: flagOf(data, 'learning') ?? true,
  };
  return { kind: 'vxlan', vxlan };
}

function tunSettings(data: JsonObject): TunSettings {
  const mode = textOf(data, 'type') === 'tap' ? 'tap' : 'tun';
  return { mode, reader: { kind: 'unknown' } };
}

/**
 * A device without `info_kind`: a network card, or any device when `-d` was not given. Without
 * `-d` only a peer in another namespace and ports tell veth pairs and bridges.
 */
function withoutKind(link: JsonObject, context: LinkContext): DeviceDetails {
  if (has(link, 'promiscuity')) {
    return textOf(link, 'link_type') === 'ether'
      ? { kind: 'ethernet' }
      : { kind: 'other', infoKind: textOf(link, 'link_type') ?? 'unknown' };
  }
  if (has(link, 'link_netnsid')) return vethDetails(link, context);
  if (context.bridges.has(context.name)) {
    return { kind: 'bridge', bridge: { vlanFiltering: false, nfCallIptables: false } };
  }
  if (textOf(link, 'link_type') === 'none') {
    return { kind: 'tun', tun: { mode: 'tun', reader: { kind: 'unknown' } } };
  }
  const plain =
    textOf(link, 'link_type') === 'ether' && !/^(?:flannel|vxlan|cali|tunl|wg)/.test(context.name);
  return plain ? { kind: 'ethernet' } : { kind: 'other', infoKind: 'unknown' };
}
