import { CT_STATE_BITS, CT_STATUS_BITS } from '../../kernel/netfilter/nft/expression/ct.ts';
import { labelsOf } from '../../kernel/netfilter/nft/expression/ct-label.ts';
import { FIB_ADDRESS_TYPES } from '../../kernel/netfilter/nft/expression/fib.ts';
import { macScalar } from '../../kernel/netfilter/nft/expression/payload.ts';
import type { Interval, Scalar } from '../../kernel/netfilter/nft/value.ts';
import { scalarAddress, single } from '../../kernel/netfilter/nft/value.ts';
import { formatAddress, parseIpv4, parseIpv6 } from '../../packet/address.ts';
import {
  ARP_OPERATIONS,
  CT_DIRECTIONS,
  CT_EVENTS,
  DCCP_TYPES,
  DSCP,
  ECN,
  ETHER_TYPES,
  FAMILIES,
  ICMP_CODES,
  ICMP_TYPES,
  ICMPV6_CODES,
  ICMPV6_TYPES,
  IGMP_TYPES,
  LINK_TYPES,
  MH_TYPES,
  PACKET_TYPES,
  PROTOCOLS,
  type Symbols,
  TCP_FLAGS,
} from './symbols.ts';

/** How nft writes the constants of one of its types. Source: nft(8), "DATA TYPES". */
export interface DataType {
  readonly name: string;
  /** A set of bits: a list of names means any of them. */
  readonly bitmask: boolean;
  /** The interval that a JSON string or number stands for; null when it is none of the type. */
  read(json: string | number | boolean): Interval | null;
  /** As `nft list ruleset` prints it. */
  print(scalar: Scalar): string;
  /** An end of a range, which nft prints without names; absent where that is no other. */
  printBound?(scalar: Scalar): string;
}

type Json = string | number | boolean;

function dataType(
  name: string,
  read: (json: Json) => Scalar | null,
  print: (scalar: Scalar) => string = String,
): DataType {
  return {
    name,
    bitmask: false,
    read(json) {
      const scalar = read(json);
      return scalar === null ? null : single(scalar);
    },
    print,
  };
}

/** A non-negative integer that a double holds exactly. */
function readInteger(json: Json): number | null {
  return typeof json === 'number' && Number.isSafeInteger(json) && json >= 0 ? json : null;
}

/** An integer of any width; wide ones are in hexadecimal text. */
function readWide(json: Json): Scalar | null {
  if (typeof json !== 'string') return readInteger(json);
  if (!/^0x[0-9a-f]{1,64}$/.test(json)) return null;
  const wide = BigInt(json);
  return wide < 2n ** 48n ? Number(wide) : wide;
}

function symbolic(name: string, symbols: Symbols): DataType {
  const names = namesOf(symbols);
  const type = dataType(
    name,
    (json) =>
      typeof json === 'string' ? (lookUpSymbol(symbols, json) ?? null) : readInteger(json),
    (scalar) => names.get(Number(scalar)) ?? String(scalar),
  );
  return { ...type, printBound: String };
}

function bitmask(name: string, symbols: Symbols): DataType {
  const names = namesOf(symbols);
  const print = (scalar: Scalar): string => {
    const bits = Number(scalar);
    const set = [...names].filter(([bit]) => (bits & bit) !== 0);
    const named = set.reduce((sum, [bit]) => sum | bit, 0);
    return set.length > 0 && named === bits
      ? set.map(([, flag]) => flag).join(',')
      : `0x${bits.toString(16)}`;
  };
  return { ...symbolic(name, symbols), bitmask: true, print };
}

function namesOf(symbols: Symbols): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [symbol, number] of Object.entries(symbols)) {
    if (!names.has(number)) names.set(number, symbol);
  }
  return names;
}

function lookUpSymbol(symbols: Symbols, name: string): number | undefined {
  return Object.hasOwn(symbols, name) ? symbols[name] : undefined;
}

function readAddress(json: Json, family: 4 | 6): Scalar | null {
  if (typeof json !== 'string') return null;
  const address = family === 4 ? parseIpv4(json) : parseIpv6(json);
  return address ? address.bits : null;
}

function printAddress(scalar: Scalar): string {
  const address = scalarAddress(scalar);
  return address ? formatAddress(address) : String(scalar);
}

/** A name; `eth*` is every name that starts so, an escaped star a star. */
function readName(json: Json): Interval | null {
  if (typeof json !== 'string') return null;
  if (json.endsWith('*') && !json.endsWith('\\*')) {
    const stem = json.slice(0, -1);
    return { first: stem, last: `${stem}${HIGHEST}` };
  }
  return single(json.replace(/\\\*$/, '*'));
}

/** After every character of an interface name. */
const HIGHEST = '\uffff';

function printMac(scalar: Scalar): string {
  const digits = Number(scalar).toString(16).padStart(12, '0');
  return digits.replaceAll(/(..)(?=.)/g, '$1:');
}

/** Seconds as `1d2h3m4s`. */
export function printTime(seconds: number): string {
  const units = [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const;
  let rest = Math.floor(seconds);
  let text = '';
  for (const [size, unit] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}

export const INTEGER = dataType('integer', readInteger);
export const IPV4_ADDR = dataType('ipv4_addr', (json) => readAddress(json, 4), printAddress);
export const IPV6_ADDR = dataType('ipv6_addr', (json) => readAddress(json, 6), printAddress);
export const INET_SERVICE = dataType('inet_service', readInteger);
export const MARK = dataType(
  'mark',
  readInteger,
  (scalar) => `0x${Number(scalar).toString(16).padStart(8, '0')}`,
);
export const BOOLEAN = dataType(
  'boolean',
  (json) => (typeof json === 'boolean' ? Number(json) : json === 0 || json === 1 ? json : null),
  (scalar) => (scalar === 1 ? 'exists' : 'missing'),
);
export const IFNAME: DataType = {
  name: 'ifname',
  bitmask: false,
  read: readName,
  print: (scalar) => `"${scalar}"`,
};
/** nft prints an index as the device's name; a number is an index that no device has. */
export const IFACE_INDEX = dataType(
  'iface_index',
  (json) => (typeof json === 'boolean' ? null : String(json) === '0' ? '' : String(json)),
  (scalar) => (scalar === '' ? '0' : `"${scalar}"`),
);
export const ETHER_ADDR = dataType(
  'ether_addr',
  (json) => (typeof json === 'string' ? macScalar(json) : null),
  printMac,
);
export const TIME: DataType = {
  ...dataType('time', readInteger, (scalar) => printTime(Number(scalar))),
  printBound: (scalar) => `${scalar}s`,
};
/** Constants of values that the model never knows are kept as they are. */
export const OPAQUE = dataType(
  'opaque',
  (json) => (typeof json === 'boolean' ? Number(json) : json),
  (scalar) => (typeof scalar === 'string' ? `"${scalar}"` : String(scalar)),
);
/** A user or group by number; `nft -u` prints names, which need the node's own list. */
export const UID = dataType('uid', readInteger);
/** Bits by their place, which nft prints in hexadecimal. */
export const HEX = dataType('hex', readWide, (scalar) => `0x${scalar.toString(16)}`);
/** A label of a connection is the number of a bit. */
export const CT_LABEL: DataType = {
  ...dataType(
    'ct_label',
    (json) => {
      const bit = readInteger(json);
      return bit === null || bit > 127 ? null : 1n << BigInt(bit);
    },
    (scalar) => labelsOf(BigInt(scalar)).join(','),
  ),
  bitmask: true,
};
/** A number, or a name of the node's own list. */
export const REALM = dataType(
  'realm',
  (json) => (typeof json === 'string' && !/^\d{1,10}$/.test(json) ? json : Number(json)),
  (scalar) => (typeof scalar === 'string' ? `"${scalar}"` : String(scalar)),
);
/** nft writes class ids as `1:2`, without quotes. */
export const CLASS_ID = dataType('classid', (json) =>
  typeof json === 'boolean' ? Number(json) : json,
);
export const INET_PROTO = symbolic('inet_proto', PROTOCOLS);
export const NF_PROTO = symbolic('nf_proto', FAMILIES);
export const ETHER_TYPE = symbolic('ether_type', ETHER_TYPES);
export const LINK_TYPE = symbolic('iface_type', LINK_TYPES);
export const PACKET_TYPE = symbolic('pkt_type', PACKET_TYPES);
export const FIB_TYPE = symbolic('fib_addrtype', FIB_ADDRESS_TYPES);
export const CT_DIRECTION = symbolic('ct_dir', CT_DIRECTIONS);
export const CT_STATE = bitmask('ct_state', CT_STATE_BITS);
export const CT_STATUS = bitmask('ct_status', CT_STATUS_BITS);
export const TCP_FLAG = bitmask('tcp_flag', TCP_FLAGS);
export const ICMP_TYPE = symbolic('icmp_type', ICMP_TYPES);
export const ICMP_CODE = symbolic('icmp_code', ICMP_CODES);
export const ICMPV6_TYPE = symbolic('icmpv6_type', ICMPV6_TYPES);
export const ICMPV6_CODE = symbolic('icmpv6_code', ICMPV6_CODES);
export const IGMP_TYPE = symbolic('igmp_type', IGMP_TYPES);
export const DCCP_TYPE = symbolic('dccp_pkttype', DCCP_TYPES);
export const MH_TYPE = symbolic('mh_type', MH_TYPES);
export const ARP_OPERATION = symbolic('arp_op', ARP_OPERATIONS);
export const CT_EVENT = bitmask('ct_event', CT_EVENTS);
const printDscp = (scalar: Scalar): string => `0x${Number(scalar).toString(16).padStart(2, '0')}`;
const DSCP_NAMES = namesOf(DSCP);
export const DSCP_VALUE: DataType = {
  ...symbolic('dscp', DSCP),
  print: (scalar) => DSCP_NAMES.get(Number(scalar)) ?? printDscp(scalar),
  printBound: printDscp,
};
export const ECN_VALUE = symbolic('ecn', ECN);

const TYPES: readonly DataType[] = [
  INTEGER,
  IPV4_ADDR,
  IPV6_ADDR,
  INET_SERVICE,
  MARK,
  BOOLEAN,
  IFNAME,
  IFACE_INDEX,
  ETHER_ADDR,
  TIME,
  UID,
  INET_PROTO,
  NF_PROTO,
  ETHER_TYPE,
  LINK_TYPE,
  PACKET_TYPE,
  FIB_TYPE,
  CT_DIRECTION,
  CT_STATE,
  CT_STATUS,
  TCP_FLAG,
  ICMP_TYPE,
  ICMP_CODE,
  ICMPV6_TYPE,
  ICMPV6_CODE,
  DSCP_VALUE,
  ECN_VALUE,
  IGMP_TYPE,
  DCCP_TYPE,
  MH_TYPE,
  ARP_OPERATION,
  CT_EVENT,
  REALM,
  CLASS_ID,
  CT_LABEL,
];

const BY_NAME = new Map(TYPES.map((type) => [type.name, type]));

/** The type that a set declares by name, or null when it is not known. */
export function dataTypeOf(name: string): DataType | null {
  return BY_NAME.get(name) ?? null;
}
