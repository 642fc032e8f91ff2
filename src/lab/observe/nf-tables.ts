/** Numbers of nfnetlink. Linux: include/uapi/linux/netfilter/nfnetlink.h, nf_tables.h, nfnetlink_log.h. */

export const NFNL = { log: 4, tables: 10, batchBegin: 16, batchEnd: 17 } as const;

export const NFPROTO = { inet: 1, ipv4: 2, arp: 3, netdev: 5, bridge: 7, ipv6: 10 } as const;

/** nft's name of a family. */
export function familyName(family: number): string {
  const names: Readonly<Record<number, string>> = {
    [NFPROTO.inet]: 'inet',
    [NFPROTO.ipv4]: 'ip',
    [NFPROTO.arp]: 'arp',
    [NFPROTO.netdev]: 'netdev',
    [NFPROTO.bridge]: 'bridge',
    [NFPROTO.ipv6]: 'ip6',
  };
  return names[family] ?? String(family);
}

export const NFT_MSG = {
  newTable: 0,
  delTable: 2,
  newChain: 3,
  newRule: 6,
  getRule: 7,
  getGen: 16,
  trace: 17,
} as const;

export const NFTA = {
  table: { name: 1, flags: 2 },
  chain: { table: 1, name: 3, hook: 4, policy: 5, type: 7 },
  hook: { number: 1, priority: 2 },
  rule: { table: 1, chain: 2, handle: 3, expressions: 4 },
  list: { element: 1 },
  expression: { name: 1, data: 2 },
  immediate: { register: 1, data: 2 },
  data: { value: 1 },
  meta: { key: 2, source: 3 },
  verdict: { code: 1, chain: 2 },
  trace: {
    table: 1,
    chain: 2,
    ruleHandle: 3,
    type: 4,
    verdict: 5,
    id: 6,
    networkHeader: 8,
    transportHeader: 9,
    iif: 10,
    oif: 12,
    mark: 14,
    policy: 16,
    /** Since Linux 6.16. */
    ctState: 21,
  },
} as const;

/** `struct nfgenmsg`. */
export function nfgen(family: number, resource = 0): Uint8Array {
  return Uint8Array.of(family, 0, resource >> 8, resource & 0xff);
}

export const NFGEN_SIZE = 4;
