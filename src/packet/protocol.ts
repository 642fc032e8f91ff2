/** IP protocol numbers by name. Source: IANA protocol-numbers, /etc/protocols. */
export const PROTOCOL = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  sctp: 132,
  udplite: 136,
} as const;

const NAMES = new Map<number, string>(
  Object.entries(PROTOCOL).map(([name, number]) => [number, name]),
);

/** The name of a protocol number, or the number itself in decimal. */
export function protocolName(protocol: number): string {
  return NAMES.get(protocol) ?? String(protocol);
}

/** Reads a protocol name or number; null when it is neither. `ipv6-icmp` is `icmpv6`. */
export function parseProtocol(text: string): number | null {
  const name = text.toLowerCase();
  if (name === 'ipv6-icmp') return PROTOCOL.icmpv6;
  if (Object.hasOwn(PROTOCOL, name)) return PROTOCOL[name as keyof typeof PROTOCOL];
  return /^\d{1,3}$/.test(name) && Number(name) < 256 ? Number(name) : null;
}
