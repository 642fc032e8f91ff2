import type { NetworkContext } from './random-network.ts';

/** Entries of neighbour tables that somebody made: some with another host's MAC, or nobody's. */
export function randomNeighbours({ site, random, draftOf }: NetworkContext): void {
  const members = [...site.nodes, ...site.hosts, ...(site.gateway ? [site.gateway] : [])];
  const known = members.map(({ nics }) => nics[0]);
  for (const { name, nics } of [...site.nodes, ...site.hosts]) {
    if (!random.chance(0.08)) continue;
    const others = known.filter(({ address }) => address !== nics[0].address);
    if (others.length === 0) continue;
    const { address, mac } = random.pick(others);
    const named = random.weighted([
      [2, mac],
      [2, random.pick(others).mac],
      [1, '02:00:00:00:99:99'],
    ]);
    draftOf(name).ip.push(`neigh replace ${address} lladdr ${named} dev eth0 nud permanent`);
  }
}
