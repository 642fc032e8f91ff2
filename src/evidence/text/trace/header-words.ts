/** One `header field value` of a packet as nft prints it. */
export type HeaderWords = ReadonlyMap<string, string>;

/** What stands before a field's name; other words stand alone (`iif "eth0"`). */
const HEADERS = new Set(
  'ether vlan arp ip ip6 icmp icmpv6 igmp tcp udp udplite sctp dccp th comp ah esp frag meta rt dst hbh mh'.split(
    ' ',
  ),
);
const MAX_WORDS = 200;

/**
 * Splits `iif "eth0" ether saddr 02:.. ip saddr 10.0.0.1 tcp flags == syn` into fields. nft
 * (src/netlink.c, trace_print_packet) prints a payload expression as `header field value`, a
 * flag comparison with `==` or `&`, and what it has no name for as `@th,64,8 0x58`.
 */
export function headerWords(text: string): HeaderWords {
  const words = text.split(' ', MAX_WORDS).filter((word) => word !== '');
  const fields = new Map<string, string>();
  let at = 0;
  while (at < words.length) {
    const first = words[at] ?? '';
    const header = HEADERS.has(first);
    const name = header ? `${first} ${words[at + 1] ?? ''}` : first;
    at += header ? 2 : 1;
    if (/^[=!&<>]{1,2}$/.test(words[at] ?? '')) at++;
    let value = words[at++] ?? '';
    if (value === '(' || value === '{') {
      const close = value === '(' ? ')' : '}';
      const end = words.indexOf(close, at);
      value = words.slice(at, end < 0 ? at : end).join(' ');
      at = end < 0 ? at : end + 1;
    }
    // The first of a name counts: an inner header would repeat it.
    if (!fields.has(name)) fields.set(name, value.replace(/^"|"$/g, ''));
  }
  return fields;
}
