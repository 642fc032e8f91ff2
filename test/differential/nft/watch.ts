/**
 * A table that writes down what becomes of a packet: as it goes to a socket, as it leaves, and
 * what the kernel answers. Nothing local goes on after it, so that no answer starts a new story.
 */
export const WATCH = `
table ip watch {
  set input { type ipv4_addr . ipv4_addr . inet_service . inet_service . mark; size 16; flags dynamic; }
  set output { type ipv4_addr . ipv4_addr . inet_service . inet_service . mark; size 16; flags dynamic; }
  set ping-input { type ipv4_addr . ipv4_addr . mark; size 16; flags dynamic; }
  set ping-output { type ipv4_addr . ipv4_addr . mark; size 16; flags dynamic; }
  set rejected { type icmp_type . icmp_code; size 16; flags dynamic; }
  set resets { type inet_service; size 16; flags dynamic; }
  chain in {
    type filter hook input priority 400;
    meta l4proto { tcp, udp } add @input { ip saddr . ip daddr . th sport . th dport . meta mark }
    meta l4proto icmp add @ping-input { ip saddr . ip daddr . meta mark }
    drop
  }
  chain out {
    type filter hook postrouting priority 400;
    meta l4proto { tcp, udp } add @output { ip saddr . ip daddr . th sport . th dport . meta mark }
    meta l4proto icmp add @ping-output { ip saddr . ip daddr . meta mark }
    drop
  }
  chain answer {
    type filter hook output priority -400;
    ip protocol icmp add @rejected { icmp type . icmp code }
    tcp flags rst add @resets { tcp dport }
    drop
  }
}
`;

/** Empties what was written down. */
export const FORGET = ['input', 'output', 'ping-input', 'ping-output', 'rejected', 'resets']
  .map((name) => `flush set ip watch ${name}`)
  .join('; ');

interface Listed {
  readonly rule?: {
    readonly table: string;
    readonly chain: string;
    readonly handle: number;
    readonly expr: readonly unknown[];
  };
  readonly set?: {
    readonly name: string;
    readonly table: string;
    readonly elem?: readonly unknown[];
  };
}

/** What the kernel did with one packet. */
export interface Sighting {
  /** `input 10.7.1.2 10.7.0.1 5000 80 3`, `rejected destination-unreachable port-unreachable`... */
  readonly seen: readonly string[];
  /** Rules whose counter grew: chain and handle. */
  readonly counted: readonly string[];
}

/** Counters of the rules of table `t`, by chain and handle. */
export function countersOf(listing: string): ReadonlyMap<string, number> {
  const counters = new Map<string, number>();
  for (const { rule } of objectsOf(listing)) {
    if (rule?.table !== 't') continue;
    for (const statement of rule.expr) {
      const { counter } = statement as { readonly counter?: { readonly packets: number } };
      if (counter) counters.set(`${rule.chain} ${rule.handle}`, counter.packets);
    }
  }
  return counters;
}

/** What one packet changed, from the listings before and after it. */
export function sightingOf(before: string, after: string): Sighting {
  const old = countersOf(before);
  const counted = [...countersOf(after)].filter(
    ([rule, packets]) => packets > (old.get(rule) ?? 0),
  );
  return { seen: seenIn(after), counted: counted.map(([rule]) => rule).sort() };
}

function seenIn(listing: string): readonly string[] {
  return objectsOf(listing)
    .flatMap(({ set }) =>
      set?.table === 'watch'
        ? (set.elem ?? []).map((element) => `${set.name} ${words(element)}`)
        : [],
    )
    .sort();
}

/** The components of an element, which may have an envelope. */
function words(element: unknown): string {
  const { elem, concat } = element as {
    readonly elem?: { readonly val: unknown };
    readonly concat?: readonly unknown[];
  };
  if (elem) return words(elem.val);
  return concat ? concat.join(' ') : String(element);
}

function objectsOf(listing: string): readonly Listed[] {
  return (JSON.parse(listing) as { readonly nftables: readonly Listed[] }).nftables;
}
