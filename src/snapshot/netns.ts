import type { ConntrackEntry } from '../kernel/conntrack/entry.ts';
import type { Device, FdbEntry, Neighbour } from '../kernel/device/device.ts';
import type { Ipset } from '../kernel/netfilter/ipset.ts';
import type { Ruleset } from '../kernel/netfilter/ruleset.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Route, RoutingState } from '../kernel/routing/route.ts';
import { UNKNOWN_SYSCTLS } from '../kernel/sysctl.ts';
import type { FlannelSubnet } from '../kube/flannel.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { netnsKey } from '../packet/place.ts';
import { parseBridgeFdb } from './bridge-fdb.ts';
import { parseBridgeLink } from './bridge-link.ts';
import { parseBridgeVlan } from './bridge-vlan.ts';
import { parseConntrack } from './conntrack.ts';
import { parseBpftoolNet, parseTcQdisc, withPrograms } from './device-programs.ts';
import { mergeDevices } from './devices.ts';
import { parseAddressLabels } from './ip-addrlabel.ts';
import { parseIpLink } from './ip-link.ts';
import { parseIpNeigh, parseProxiedNeighbours } from './ip-neigh.ts';
import { parseIpRoute } from './ip-route.ts';
import { parseIpRouteCache } from './ip-route-cache.ts';
import { parseIpRule } from './ip-rule.ts';
import { parseIpvsadmSave } from './ipvsadm-save.ts';
import type { NetnsFiles } from './layout.ts';
import { selectNative } from './nft-json/native-tables.ts';
import { type Counters, parseNstat } from './nstat.ts';
import { parseProcIpVs } from './proc-ip-vs.ts';
import type { RulesetReaders } from './readers.ts';
import { parseSockets } from './sockets.ts';
import type { SourceName } from './source.ts';
import { parseSubnetEnv } from './subnet-env.ts';
import { parseSysctl } from './sysctl.ts';
import { parseUname, type Uname } from './uname.ts';
import { parseWgShow } from './wg-show.ts';
import { readXtables } from './xtables-files.ts';

/** One captured namespace, and what its files say that the kernel model has no use for. */
export interface CapturedNetns {
  readonly state: NetnsState;
  readonly uname: Uname | undefined;
  readonly counters: Counters | undefined;
  readonly flannel: FlannelSubnet | undefined;
}

/** Reads all files of a namespace. */
export function readNetns(files: NetnsFiles, readers: RulesetReaders): Parsed<CapturedNetns> {
  const issues: Issue[] = [];
  const read = <T>(
    name: SourceName,
    parse: (text: string, file: string) => Parsed<T>,
  ): Parsed<T> | undefined => {
    const given = files.files.get(name);
    if (!given) return undefined;
    const parsed = parse(given.text, given.file);
    issues.push(...parsed.issues);
    return parsed;
  };
  const ref = { node: files.node, netns: files.netns };
  const uname = read('uname', parseUname)?.value;
  const devices = mergeDevices({
    links: read('ip-link', parseIpLink)?.value,
    addresses: read('ip-addr', parseIpLink)?.value,
    ports: read('bridge-link', parseBridgeLink)?.value,
  });
  issues.push(...devices.issues);
  const state: NetnsState = {
    ref,
    origin: { kind: 'captured' },
    kernelRelease: uname?.release,
    devices: completed(devices.value, read),
    routing: readRouting(read),
    sysctls: read('sysctl', parseSysctl)?.value ?? UNKNOWN_SYSCTLS,
    ruleset: readRuleset(files, readers, { read, issues }),
    ipsets: read<readonly Ipset[]>('ipset-save', readers.ipsetSave)?.value,
    conntrack: read<readonly ConntrackEntry[]>('conntrack', parseConntrack)?.value,
    ...readIpvs(read),
    neighbours: read<readonly Neighbour[]>('ip-neigh', parseIpNeigh)?.value,
    fdb: read<readonly FdbEntry[]>('bridge-fdb', parseBridgeFdb)?.value,
    sockets: read('sockets', parseSockets)?.value,
    addressLabels: read('ip-addrlabel', parseAddressLabels)?.value,
    proxied6: read('ip-neigh-proxy', parseProxiedNeighbours)?.value,
  };
  if (!state.devices) {
    issues.push({
      code: 'no-devices',
      severity: 'warning',
      source: { file: `${netnsKey(ref)}/ip-link.json`, line: 1 },
      detail: netnsKey(ref),
    });
  }
  return {
    value: {
      state,
      uname,
      counters: read('nstat', parseNstat)?.value,
      flannel: read('flannel-subnet', parseSubnetEnv)?.value,
    },
    issues,
  };
}

type Read = <T>(
  name: SourceName,
  parse: (text: string, file: string) => Parsed<T>,
) => Parsed<T> | undefined;

/** Adds what other commands than `ip` say of devices. */
function completed(
  devices: readonly Device[] | undefined,
  read: Read,
): readonly Device[] | undefined {
  const peers = read('wg-show', parseWgShow)?.value;
  const qdiscs = read('tc-qdisc', parseTcQdisc)?.value;
  const programs = read('bpftool-net', parseBpftoolNet)?.value;
  const vlans = read('bridge-vlan', parseBridgeVlan)?.value;
  if (!devices) return undefined;
  const told = devices.map((device) =>
    device.details.kind === 'wireguard' && peers
      ? { ...device, details: { kind: 'wireguard', wireguard: peers.get(device.name) } as const }
      : device,
  );
  const named = told.map((device) => {
    const own = vlans?.get(device.name);
    return own ? { ...device, vlans: own } : device;
  });
  return withPrograms(named, qdiscs, programs);
}

/** Services of IPVS; an empty file is a node without. */
function readIpvs(read: Read): Pick<NetnsState, 'ipvs'> {
  const saved = read('ipvsadm-save', parseIpvsadmSave)?.value;
  const listed = read('ip-vs', parseProcIpVs)?.value;
  const services = saved ?? listed;
  return services ? { ipvs: services } : {};
}

/**
 * Routes of both families. `ip -j route` without a family, and iproute2 with one in JSON, put
 * IPv6 routes into the IPv4 file too: the IPv6 file is then the one that counts.
 */
function readRouting(read: Read): RoutingState {
  const v4 = read('ip-route', (text, file) => parseIpRoute(text, file, 4));
  const v6 = read('ip6-route', (text, file) => parseIpRoute(text, file, 6));
  const isV6 = (route: Route): boolean => route.destination.address.family === 6;
  const ipv4 = [...(v4?.value ?? []), ...(v6?.value ?? [])].filter((route) => !isV6(route));
  const ipv6 = (v6?.value ?? v4?.value ?? []).filter(isV6);
  const known = v4 !== undefined || ipv4.length > 0;
  return {
    routes: known ? [...ipv4, ...ipv6] : undefined,
    rules: read('ip-rule', parseIpRule)?.value,
    rules6: read('ip6-rule', parseIpRule)?.value,
    exceptions: [
      ...(read('ip-route-cache', parseIpRouteCache)?.value ?? []),
      ...(read('ip6-route-cache', parseIpRouteCache)?.value ?? []),
    ],
    ...(lost(v4) ? { partial: true } : {}),
    // A file of both families is whole; without any, what addresses make is all that is known.
    ...((v6 === undefined && ipv6.length === 0) || lost(v6) ? { partial6: true } : {}),
  };
}

/** Whether a file had facts that could not be read. */
function lost(parsed: Parsed<unknown> | undefined): boolean {
  return parsed?.issues.some((issue) => issue.severity === 'error') ?? false;
}

function readRuleset(
  files: NetnsFiles,
  readers: RulesetReaders,
  context: { readonly read: Read; readonly issues: Issue[] },
): Ruleset {
  const xtables = readXtables(files.files, readers);
  context.issues.push(...xtables.issues);
  const nft = context.read('nft-ruleset', readers.nftRuleset);
  const native = nft && selectNative(nft.value, xtables.value.tables);
  const partial = xtables.value.partial || lost(nft) || native?.partial;
  return {
    xtables: xtables.value.tables,
    nft: native?.tables,
    unsupported: [...xtables.value.unsupported, ...(native?.unsupported ?? [])],
    ...(partial ? { partial: true } : {}),
  };
}
