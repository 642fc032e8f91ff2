/** LINKTYPE_* numbers by name. Source: tcpdump.org/linktypes.html. */

export const LINK = {
  NULL: 0,
  EN10MB: 1,
  PPP: 9,
  /** RAW as numbered on some systems. */
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  PPP_HDLC: 50,
  PPP_ETHER: 51,
  RAW: 101,
  C_HDLC: 104,
  IEEE802_11: 105,
  LOOP: 108,
  LINUX_SLL: 113,
  IEEE802_11_RADIOTAP: 127,
  PPP_WITH_DIR: 166,
  IPV4: 228,
  IPV6: 229,
  NFLOG: 239,
  LINUX_SLL2: 276,
} as const;

/** Types that are recognised and not looked into. */
const NAMED: Readonly<Record<number, string>> = {
  3: 'AX25',
  6: 'IEEE802_5',
  7: 'ARCNET_BSD',
  8: 'SLIP',
  10: 'FDDI',
  99: 'SYMANTEC_FIREWALL',
  100: 'ATM_RFC1483',
  107: 'FRELAY',
  109: 'ENC',
  112: 'FR',
  114: 'LTALK',
  117: 'PFLOG',
  119: 'IEEE802_11_PRISM',
  122: 'IP_OVER_FC',
  123: 'SUNATM',
  129: 'ARCNET_LINUX',
  138: 'APPLE_IP_OVER_IEEE1394',
  143: 'DOCSIS',
  144: 'LINUX_IRDA',
  163: 'IEEE802_11_AVS',
  187: 'BLUETOOTH_HCI_H4',
  189: 'USB_LINUX',
  192: 'PPI',
  195: 'IEEE802_15_4_WITHFCS',
  201: 'BLUETOOTH_HCI_H4_WITH_PHDR',
  220: 'USB_LINUX_MMAPPED',
  224: 'FC_2',
  226: 'IPNET',
  227: 'CAN_SOCKETCAN',
  230: 'IEEE802_15_4_NOFCS',
  231: 'DBUS',
  240: 'NETANALYZER',
  242: 'IPOIB',
  247: 'INFINIBAND',
  249: 'USBPCAP',
  251: 'BLUETOOTH_LE_LL',
  253: 'NETLINK',
  258: 'PKTAP',
  271: 'VSOCK',
};

/** The type as people know it: `NETLINK`, `USER3`, or its number alone. */
export function linkTypeName(type: number): string {
  if (type >= 147 && type <= 162) return `USER${type - 147}`;
  const known = Object.entries(LINK).find(([, number]) => number === type)?.[0];
  return known ?? NAMED[type] ?? '';
}

/** What frames hold that are no IP packets. Source: IANA ieee-802-numbers. */
const ETHER_TYPES: Readonly<Record<number, string>> = {
  2054: 'ARP',
  32821: 'RARP',
  33024: 'VLAN',
  34525: 'IPv6',
  34887: 'MPLS',
  34888: 'MPLS',
  34915: 'PPPoE discovery',
  34916: 'PPP control',
  34958: 'EAPOL',
  35020: 'LLDP',
  35045: 'MACsec',
  35063: 'PTP',
  34825: 'slow protocols (LACP)',
  36864: 'loopback',
};

/** Numbers below 1536 are lengths of frames of IEEE 802.2, as bridges send. */
export function etherTypeName(type: number): string {
  if (type < 0) return 'IEEE 802.11 (management, control or encrypted)';
  if (type < 0x600) return 'IEEE 802.2 (spanning tree and the like)';
  return ETHER_TYPES[type] ?? `ethertype 0x${type.toString(16).padStart(4, '0')}`;
}
