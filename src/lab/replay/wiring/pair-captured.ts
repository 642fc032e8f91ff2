import type { CableEnd } from '../../topology/topology.ts';
import type { Draft, NetnsDraft } from '../draft.ts';
import { factOf } from '../draft.ts';
import { entriesOf } from '../read/captured.ts';
import type { Link } from '../read/links.ts';
import { textOf } from '../read/records.ts';
import { pairVeths, type VethEnd } from './veth-pairs.ts';

/** Joins the veth devices of captured namespaces. */
export function pairCaptured(draft: Draft): void {
  const byNode = new Map<string, VethEnd<NetnsDraft>[]>();
  for (const holder of draft.namespaces) {
    if (holder.place.kind === 'outside') continue;
    const ends = byNode.get(holder.place.node) ?? [];
    byNode.set(holder.place.node, ends);
    for (const link of holder.links) if (link.kind === 'veth') ends.push({ holder, link });
  }
  for (const ends of byNode.values()) {
    const { pairs, ambiguous } = pairVeths(ends, { knows });
    for (const [a, b] of pairs) join(draft, a, b);
    for (const { holder, link } of ambiguous) {
      const fact = factOf(holder, 'wire', `the other end of ${link.name}`, {
        source: link.source,
        device: link.name,
      });
      draft.refuse(fact, { kind: 'unsupported', text: 'several devices fit' });
    }
  }
}

function join(draft: Draft, a: VethEnd<NetnsDraft>, b: VethEnd<NetnsDraft>): void {
  draft.cables.push({ ends: [endOf(a.holder, a.link), endOf(b.holder, b.link)] });
  a.holder.built.add(a.link.name);
  b.holder.built.add(b.link.name);
}

/** A captured device as the end of a cable: its name, MAC, MTU and index are kept. */
export function endOf(holder: NetnsDraft, link: Link): CableEnd {
  return {
    namespace: holder.name,
    device: link.name,
    index: link.index,
    ...(link.mac === null ? {} : { mac: link.mac }),
    ...(link.mtu === null ? {} : { mtu: link.mtu }),
  };
}

function knows(holder: NetnsDraft, device: string, mac: string): boolean {
  const { captured } = holder;
  if (!captured) return false;
  const fdb = entriesOf(captured, 'bridge-fdb', () => {}) ?? [];
  const neighbours = entriesOf(captured, 'ip-neigh', () => {}) ?? [];
  return (
    fdb.some(
      ({ value }) =>
        textOf(value, 'ifname') === device &&
        textOf(value, 'mac') === mac &&
        textOf(value, 'state') !== 'permanent',
    ) ||
    neighbours.some(
      ({ value }) => textOf(value, 'dev') === device && textOf(value, 'lladdr') === mac,
    )
  );
}
