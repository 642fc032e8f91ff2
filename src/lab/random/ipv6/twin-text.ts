/**
 * Every address of a random site has a twin of IPv6, so that rules and routes of one family say the same
 * of the other: 10.244.1.2 and fd00:af4:1::2, networks alike.
 */

const ADDRESS = /\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d+))?(?::(\d+))?(?![\d.])/g;

/** Networks that have a counterpart of their own. */
const FIXED: ReadonlyMap<string, string> = new Map([
  ['127.0.0.1', '::1'],
  ['127.0.0.1/32', '::1/128'],
  ['127.0.0.0/8', '::1/128'],
  ['0.0.0.0/0', '::/0'],
  ['224.0.0.0/4', 'ff00::/8'],
]);

/** Prefix lengths of networks. A /24 is a subnet, and lower bits lie at the end of the address. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [16, 32],
  [24, 64],
  [25, 121],
  [32, 128],
]);

/** The twin of an address. */
export function twinOf(address: string): string {
  return FIXED.get(address) ?? twinAddress(address.split('.').map(Number));
}

function twinAddress([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string {
  // Documentation networks stand for the public ones and have the label of those.
  const global = a === 203 || a === 198;
  const first = global ? '2001:db8' : `fd00:${(a * 256 + b).toString(16)}`;
  return `${first}:${c.toString(16)}::${d.toString(16)}`;
}

/** The same text with the twin of each address; one with a port gets brackets. */
export function twinAddresses(text: string): string {
  return text.replaceAll(ADDRESS, (whole, a, b, c, d, length?: string, port?: string) => {
    const named = port === undefined ? whole : whole.slice(0, -port.length - 1);
    const twin = FIXED.get(named) ?? withLength(twinAddress([a, b, c, d].map(Number)), length);
    return port === undefined ? twin : `[${twin}]:${port}`;
  });
}

function withLength(address: string, length: string | undefined): string {
  if (length === undefined) return address;
  return `${address}/${LENGTHS.get(Number(length)) ?? 128}`;
}

/** Words of iptables rules and their twins. */
const XTABLES: readonly (readonly [RegExp, string])[] = [
  [/-p icmp -m icmp --icmp-type 3\/3/g, '-p icmpv6 -m icmp6 --icmpv6-type 1/4'],
  [/-p icmp -m icmp --icmp-type 3\b/g, '-p icmpv6 -m icmp6 --icmpv6-type 1'],
  [/-p icmp -m icmp --icmp-type 0\b/g, '-p icmpv6 -m icmp6 --icmpv6-type 129'],
  [/-p icmp -m icmp --icmp-type (?:8|any)\b/g, '-p icmpv6 -m icmp6 --icmpv6-type 128'],
  [/-p icmp\b/g, '-p icmpv6'],
  [/icmp-net-unreachable/g, 'icmp6-no-route'],
  [/icmp-host-unreachable/g, 'icmp6-addr-unreachable'],
  [/icmp-(?:proto|port)-unreachable/g, 'icmp6-port-unreachable'],
  [/icmp-net-prohibited/g, 'icmp6-policy-fail'],
  [/icmp-host-prohibited/g, 'icmp6-adm-prohibited'],
  [/icmp-admin-prohibited/g, 'icmp6-reject-route'],
  [/-m ttl --ttl-/g, '-m hl --hl-'],
  [/-j TTL --ttl-/g, '-j HL --hl-'],
  [/-type (?:BROADCAST|BLACKHOLE)/g, '-type UNREACHABLE'],
  [/-m tcp -j ECN --ecn-tcp-remove/g, '-j TCPOPTSTRIP --strip-options timestamp'],
  [/--length 60/g, '--length 80'],
  [/--length 0:59/g, '--length 0:79'],
  [/--length 52:84/g, '--length 72:104'],
  [/--mask 255\.255\.255\.255/g, '--mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  [/--match-set np-/g, '--match-set np6-'],
];

/** The text for `ip6tables-restore` that says what one for `iptables-restore` does. */
export function twinXtables(text: string): string {
  return twinAddresses(XTABLES.reduce((said, [from, to]) => said.replace(from, to), text));
}

const NFT: readonly (readonly [RegExp, string])[] = [
  [/table ip (\S+) \{/g, 'table ip6 $1 {'],
  [/\bipv4_addr\b/g, 'ipv6_addr'],
  [/\bct l3proto ipv4\b/g, 'ct l3proto ipv6'],
  [/\bip hdrlength 5\b/g, 'ip6 version 6'],
  [/\bip option ra missing\b/g, 'exthdr hbh missing'],
  [/\bip saddr & 0\.0\.0\.255 != 0\.0\.0\.2\b/g, 'ip6 saddr & ::ff != ::2'],
  [/\bip id set 7\b/g, 'counter'],
  [/\bip (saddr|daddr|dscp)/g, 'ip6 $1'],
  [/\bip ttl\b/g, 'ip6 hoplimit'],
  [/\bicmp (type|code)\b/g, 'icmpv6 $1'],
  [/\bmeta nfproto ipv4\b/g, 'meta nfproto ipv6'],
  [/reject with icmp host-unreachable/g, 'reject with icmpv6 type addr-unreachable'],
  [/reject with icmp net-unreachable/g, 'reject with icmpv6 type no-route'],
  [/reject with icmp (port-unreachable|admin-prohibited)/g, 'reject with icmpv6 type $1'],
];

/** The twin of native tables of the family ip. */
export function twinNft(text: string): string {
  return twinAddresses(NFT.reduce((said, [from, to]) => said.replace(from, to), text));
}

/** The twin of lines for `ipset restore`. */
export function twinIpset(line: string): string {
  const named = line.replace(/^(create|add) np-/, '$1 np6-');
  return twinAddresses(named.startsWith('create') ? `${named} family inet6` : named);
}
