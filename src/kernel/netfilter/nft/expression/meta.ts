import type { Support } from '../../../../packet/issue.ts';
import { linkType } from '../link-layer.ts';
import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, known, UNKNOWN_VALUE } from '../value.ts';
import { askIpsec } from './ipsec.ts';

/** What the kernel keeps beside a packet: `meta mark`, `iifname`, `meta l4proto`. */
export interface MetaExpression {
  readonly kind: 'meta';
  readonly key: MetaKey;
}

export const META_KEYS = [
  'length',
  'protocol',
  'nfproto',
  'l4proto',
  'mark',
  'priority',
  'iif',
  'oif',
  'iifname',
  'oifname',
  'iiftype',
  'oiftype',
  'iifkind',
  'oifkind',
  'iifgroup',
  'oifgroup',
  'skuid',
  'skgid',
  'pkttype',
  'cpu',
  'cgroup',
  'rtclassid',
  'random',
  'time',
  'day',
  'hour',
  'secpath',
  'ipsec',
  'sdif',
  'sdifname',
  'secmark',
  'ibrname',
  'obrname',
  'ibrpvid',
  'ibrvproto',
  'ibrhwaddr',
] as const;

export type MetaKey = (typeof META_KEYS)[number];

const AF_INET = 2;
const AF_INET6 = 10;

/** Linux: nft_meta_get_eval(). */
export function evaluateMeta({ key }: MetaExpression, scope: RuleScope): Evaluated {
  const { packet } = scope;
  const { context, skb } = packet;
  const ip = skb.packet;
  const isV4 = ip.source.family === 4;
  switch (key) {
    case 'length':
      return known(ip.length);
    case 'protocol':
      return known(isV4 ? 0x0800 : 0x86dd);
    case 'nfproto':
      return known(isV4 ? AF_INET : AF_INET6);
    case 'l4proto':
      return known(ip.protocol);
    case 'mark':
      return known(skb.mark);
    // Without a device the name is empty and the index 0, which no device has.
    case 'iif':
    case 'iifname':
      return known(context.iif);
    case 'oif':
    case 'oifname':
      return known(context.oif);
    case 'iiftype':
      return deviceType(packet, context.iif);
    case 'oiftype':
      return deviceType(packet, context.oif);
    case 'iifkind':
      return deviceKind(packet, context.iif);
    case 'oifkind':
      return deviceKind(packet, context.oif);
    case 'skuid':
    case 'skgid':
      return socketOwner(key, packet);
    case 'pkttype':
      return packetType(packet);
    case 'iifgroup':
      return context.iif === '' ? BREAK : UNKNOWN_VALUE;
    case 'oifgroup':
      return context.oif === '' ? BREAK : UNKNOWN_VALUE;
    case 'priority':
    case 'cpu':
    case 'cgroup':
    case 'rtclassid':
    case 'random':
    case 'time':
    case 'day':
    case 'hour':
    case 'secmark':
      return UNKNOWN_VALUE;
    case 'secpath':
    case 'ipsec':
      return known(askIpsec(scope, 'meta ipsec') ? 1 : 0);
    case 'sdif':
    case 'sdifname':
      return slaveDevice(packet);
    case 'ibrname':
      return bridgeOf(packet, context.iif);
    case 'obrname':
      return bridgeOf(packet, context.oif);
    case 'ibrpvid':
    case 'ibrvproto':
    case 'ibrhwaddr': {
      const bridge = bridgeOf(packet, context.iif);
      return bridge.kind === 'break' ? BREAK : UNKNOWN_VALUE;
    }
  }
}

const EXACT: ReadonlySet<MetaKey> = new Set<MetaKey>([
  'length',
  'protocol',
  'nfproto',
  'l4proto',
  'mark',
  'iif',
  'oif',
  'iifname',
  'oifname',
]);

export function metaSupport({ key }: MetaExpression): Support {
  return EXACT.has(key) ? 'exact' : 'given-fact';
}

type Where = RuleScope['packet'];

/** Linux: nft_meta_store_iftype(). */
function deviceType({ context }: Where, device: string): Evaluated {
  if (device === '') return BREAK;
  const type = linkType(context.netns, device);
  return type === null ? UNKNOWN_VALUE : known(type);
}

/** A physical device and the loopback device have no kind. Linux: nft_meta_get_eval_kind(). */
function deviceKind({ context }: Where, name: string): Evaluated {
  if (name === '') return BREAK;
  const details = context.netns.devices?.find((device) => device.name === name)?.details;
  if (!details) return UNKNOWN_VALUE;
  switch (details.kind) {
    case 'loopback':
    case 'ethernet':
      return BREAK;
    case 'other':
      return known(details.infoKind);
    case 'ip-tunnel':
      return known(details.tunnel.type);
    default:
      return known(details.kind);
  }
}

/** The port of a VRF that a packet came in by; none without a VRF. Linux: inet_sdif(). */
function slaveDevice({ context }: Where): Evaluated {
  const devices = context.netns.devices;
  if (!devices) return UNKNOWN_VALUE;
  const isVrf = devices.some(
    ({ details }) => details.kind === 'other' && details.infoKind === 'vrf',
  );
  return isVrf ? UNKNOWN_VALUE : known('');
}

/** The bridge that a device is a port of. Linux: nft_meta_get_bridge(). */
function bridgeOf({ context }: Where, port: string): Evaluated {
  const devices = context.netns.devices;
  if (!devices) return UNKNOWN_VALUE;
  const master = devices.find(({ name }) => name === port)?.master ?? null;
  const bridge = devices.find(({ name }) => name === master);
  return bridge?.details.kind === 'bridge' ? known(bridge.name) : BREAK;
}

/** Linux: nft_meta_get_eval_skugid(). */
function socketOwner(key: 'skuid' | 'skgid', { context }: Where): Evaluated {
  const { localSocket } = context;
  if (localSocket === null) return BREAK;
  return key === 'skgid' || localSocket.uid === null ? UNKNOWN_VALUE : known(localSocket.uid);
}

const PACKET_HOST = 0;
const PACKET_BROADCAST = 1;
const PACKET_MULTICAST = 2;

/** Linux: eth_type_trans(), nft_meta_get_eval_pkttype_lo(). */
function packetType({ skb }: Where): Evaluated {
  const mac = skb.destinationMac?.toLowerCase();
  if (mac === 'ff:ff:ff:ff:ff:ff') return known(PACKET_BROADCAST);
  if (mac !== undefined && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1) {
    return known(PACKET_MULTICAST);
  }
  const { destination } = skb.packet;
  const toMany =
    destination.family === 4
      ? destination.bits >>> 28 === 0xe || destination.bits === 0xffffffff
      : destination.bits >> 120n === 0xffn;
  return toMany ? UNKNOWN_VALUE : known(PACKET_HOST);
}
