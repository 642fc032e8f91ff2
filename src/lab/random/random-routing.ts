import type { Draft } from './draft.ts';
import type { Random } from './random.ts';
import type { NetworkContext } from './random-network.ts';
import type { Site, SiteNode } from './site.ts';

/** Tables, rules and odd routes on some of the nodes. */
export function randomRouting({ site, random, draftOf }: NetworkContext): void {
  for (const node of site.nodes) {
    const draft = draftOf(node.name);
    if (node.nics.length > 1 && random.chance(0.6)) sourceRouting(draft, node);
    if (random.chance(0.2)) markRouting(random, draft, site, node);
    if (random.chance(0.12)) refusingRoute(random, draft, site);
    if (random.chance(0.08)) hostRoute(random, draft, site, node);
    if (random.chance(0.06)) multipath(draft, site, node);
    if (random.chance(0.15)) selectorRouting(random, draft, site, node);
    if (random.chance(0.1)) oddRoute(random, draft, site, node);
  }
}

/** Packets from the second NIC's address leave by it, as multi-homed hosts are set up. */
function sourceRouting(draft: Draft, { nics }: SiteNode): void {
  const [, second] = nics;
  if (!second) return;
  const net = second.address.replace(/\.\d+$/, '');
  draft.ip.push(
    `route add ${net}.0/24 dev ${second.device} table 102`,
    `route add default via ${net}.1 dev ${second.device} table 102`,
    `rule add from ${second.address} lookup 102 priority 1002`,
  );
}

/** What carries a mark goes another way. */
function markRouting(random: Random, draft: Draft, site: Site, node: SiteNode): void {
  const mark = random.pick(MARKS);
  const [first, second] = node.nics;
  const nic = second && random.chance(0.7) ? second : first;
  const net = nic.address.replace(/\.\d+$/, '');
  const via = random.pick([
    `${net}.1`,
    ...site.nodes.flatMap(({ name, nics }) =>
      name === node.name
        ? []
        : nics.filter(({ device }) => device === nic.device).map(({ address }) => address),
    ),
  ]);
  const inverted = random.chance(0.1) ? 'not ' : '';
  draft.ip.push(
    random.chance(0.15)
      ? `route add ${random.pick(['blackhole', 'unreachable', 'prohibit'])} default table 103`
      : `route add default via ${via} dev ${nic.device} table 103`,
    `rule add ${inverted}fwmark ${mark} lookup 103 priority 1003`,
  );
  if (random.chance(0.3)) {
    draft.ip.push('rule add lookup main suppress_prefixlength 0 priority 1000');
  }
}

/** Marks that rules set, routing rules read and sockets carry. */
export const MARKS = ['0x1', '0x10/0xf0', '0x2000/0x2000'] as const;

function refusingRoute(random: Random, draft: Draft, site: Site): void {
  const target = random.pick([
    '203.0.113.0/24',
    '10.244.9.0/24',
    ...site.pods.slice(0, 2).map(({ address }) => `${address}/32`),
  ]);
  const type = random.pick(['blackhole', 'unreachable', 'prohibit', 'throw']);
  if (random.chance(0.3)) {
    const action = random.pick(['blackhole', 'unreachable', 'prohibit']);
    draft.ip.push(`rule add to ${target} ${action} priority 900`);
  } else {
    draft.ip.push(`route add ${type} ${target}`);
  }
}

/** A host route with a source address of its own. */
function hostRoute(random: Random, draft: Draft, site: Site, node: SiteNode): void {
  const other = site.nodes.find(({ name }) => name !== node.name);
  const target = other?.nics[0].address ?? '203.0.113.10';
  const source = random.pick([node.nics[0].address, ...node.nics.map(({ address }) => address)]);
  const line = `route add ${target}/32 dev eth0 src ${source}`;
  draft.ip.push(other ? line : `route add ${target}/32 via 192.168.7.1 dev eth0 src ${source}`);
}

/** Two ways at once; which one is a draw of the kernel. */
function multipath(draft: Draft, site: Site, node: SiteNode): void {
  const ways = site.nodes.filter(({ name }) => name !== node.name).slice(0, 2);
  if (ways.length < 2) return;
  const hops = ways.map(({ nics }) => `nexthop via ${nics[0].address} dev eth0`);
  draft.ip.push(`route add 203.0.113.128/25 ${hops.join(' ')}`);
}

/** A rule that looks at more than addresses and marks; its table may have no answer. */
function selectorRouting(random: Random, draft: Draft, site: Site, node: SiteNode): void {
  const selector = random.pick([
    'ipproto tcp dport 8080',
    'ipproto udp',
    'dport 53-80',
    'sport 41000-41010',
    'iif cni0',
    'iif lo',
    'oif eth0',
    'uidrange 0-0',
    'tos 0x10',
  ]);
  const inverted = random.chance(0.1) ? 'not ' : '';
  const other = site.nodes.find(({ name }) => name !== node.name)?.nics[0].address;
  const pod = random.pick(['203.0.113.10', ...site.pods.map(({ address }) => address)]);
  draft.ip.push(
    random.pick([
      `route add ${pod}/32 via ${other ?? '192.168.7.1'} dev eth0 table 104`,
      `route add unreachable ${pod}/32 table 104`,
      'route add throw default table 104',
      `route add default via 192.168.7.1 dev eth0 table 104`,
    ]),
  );
  const action = random.weighted([
    [4, 'lookup 104'],
    [1, 'goto 32766'],
    [1, 'prohibit'],
  ]);
  draft.ip.push(`rule add ${inverted}${selector} ${action} priority 1004`);
}

/** Routes with a size, and by an object; one with a device would need its carrier, which comes a moment later. */
function oddRoute(random: Random, draft: Draft, site: Site, node: SiteNode): void {
  const other = site.nodes.find(({ name }) => name !== node.name)?.nics[0].address;
  const via = other ?? '192.168.7.1';
  draft.ip.push(
    ...random.pick([
      [`route add 203.0.113.10/32 via ${via} dev eth0 mtu lock 1300`],
      [`route add 203.0.113.10/32 via ${via} dev eth0 mtu 1300 advmss 1200`],
      ['nexthop add id 7 blackhole', 'route add 203.0.113.10/32 nhid 7'],
    ]),
  );
}
