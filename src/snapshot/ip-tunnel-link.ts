import type { DeviceDetails } from '../kernel/device/device.ts';
import type {
  GreFields,
  IpTunnelSettings,
  IpTunnelType,
} from '../kernel/device/tunnel-settings.ts';
import { type Address, isAny, parseAddress } from '../packet/address.ts';
import { flagOf, has, type JsonObject, numberOf, textOf } from './json-value.ts';

/**
 * Settings of an ipip, sit, gre, ip6tnl or ip6gre device, as `ip -d -j link` prints them.
 * iproute2: ip/link_iptnl.c, link_gre.c, link_ip6tnl.c, link_gre6.c.
 */
export function ipTunnelDetails(type: IpTunnelType, data: JsonObject): DeviceDetails {
  const tunnel: IpTunnelSettings = {
    type,
    local: endOf(data, 'local'),
    remote: endOf(data, 'remote'),
    link: textOf(data, 'link'),
    ttl: numberOf(data, 'ttl') ?? 0,
    tos: numberOf(data, 'tos') ?? 0,
    pmtuDiscovery: flagOf(data, 'pmtudisc') ?? false,
    ignoreDf: flagOf(data, 'ignore_df') ?? false,
    carries: carriedFamily(textOf(data, 'proto')),
    mark: numberOf(data, 'fwmark') ?? 0,
    sends: greFields(data, 'o'),
    takes: greFields(data, 'i'),
    encapsulationLimit: encapsulationLimit(type, data),
    external: flagOf(data, 'external') ?? false,
    unmodelled: unmodelledOf(data),
  };
  return { kind: 'ip-tunnel', tunnel };
}

/** GENEVE between two hosts. iproute2: ip/iplink_geneve.c. */
export function geneveDetails(data: JsonObject): DeviceDetails {
  const df = textOf(data, 'df');
  return {
    kind: 'geneve',
    geneve: {
      vni: numberOf(data, 'id') ?? 0,
      remote: endOf(data, 'remote') ?? endOf(data, 'remote6'),
      port: numberOf(data, 'port') ?? 6081,
      ttl: numberOf(data, 'ttl') ?? 0,
      df: df === 'set' || df === 'inherit' ? df : 'unset',
      external: flagOf(data, 'external') ?? false,
    },
  };
}

/** An end of a tunnel; null for `any`, `::` and 0.0.0.0. */
function endOf(data: JsonObject, key: string): Address | null {
  const address = parseAddress(textOf(data, key) ?? '');
  return address && !isAny(address) ? address : null;
}

function carriedFamily(proto: string | null): 4 | 6 | null {
  switch (proto) {
    case 'ipip':
    case 'ipip6':
      return 4;
    case 'ip6ip':
    case 'ip6ip6':
      return 6;
    default:
      return null;
  }
}

/** Keys are printed as addresses are, of either direction: `ikey 0.0.0.7`. */
function greFields(data: JsonObject, direction: 'i' | 'o'): GreFields {
  const text = textOf(data, `${direction}key`);
  const dotted = text === null ? null : parseAddress(text);
  return {
    key: dotted ? Number(dotted.bits) : numberOf(data, `${direction}key`),
    sequence: flagOf(data, `${direction}seq`) ?? false,
    checksum: flagOf(data, `${direction}csum`) ?? false,
  };
}

function encapsulationLimit(type: IpTunnelType, data: JsonObject): number | null {
  if (type !== 'ip6tnl' && type !== 'ip6gre') return null;
  return flagOf(data, 'ip6_tnl_f_ign_encap_limit') ? null : numberOf(data, 'encap_limit');
}

/** Words for what makes the outer packet another one than is modelled. */
function unmodelledOf(data: JsonObject): string | null {
  if (flagOf(data, 'external')) return 'external';
  if (has(data, 'encap')) return 'encap';
  if (flagOf(data, 'isatap')) return 'isatap';
  if (has(data, 'erspan_ver')) return 'erspan';
  return textOf(data, 'proto') === 'mplsip' ? 'mplsip' : null;
}
