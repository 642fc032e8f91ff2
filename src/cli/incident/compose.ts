import type {
  CableEnd,
  LabNamespace,
  LabPlace,
  Segment,
  Topology,
} from '../../lab/topology/topology.ts';
import type { Piece, PieceNamespace, PieceTables } from './piece.ts';

/**
 * Lays pieces one over the other, in order: lines are appended, sysctls replaced. What the pieces
 * leave open and the kernel would draw (MAC addresses) is fixed, so that recordings can be repeated.
 */
export function compose(pieces: readonly Piece[]): Topology {
  const namespaces = new Map<string, PieceNamespace>();
  const segments = new Map<string, Segment>();
  const mac = macAddresses();
  const cables: Topology['cables'][number][] = [];
  for (const piece of pieces) {
    for (const [keys, part] of Object.entries(piece.namespaces)) {
      for (const key of keys.split(' ')) {
        namespaces.set(key, merged(namespaces.get(key) ?? {}, part));
      }
    }
    for (const [name, part] of Object.entries(piece.segments)) {
      const before = segments.get(name);
      const filter = [before?.filter, ...(part.filter ?? [])].filter((text) => text !== undefined);
      const mtu = part.mtu ?? before?.mtu;
      segments.set(name, {
        name,
        members: [...(before?.members ?? []), ...part.members.map((text) => cableEnd(text, mac))],
        ...(filter.length > 0 ? { filter: filter.join('\n') } : {}),
        ...(mtu === undefined ? {} : { mtu }),
      });
    }
    for (const [one, other] of piece.cables) {
      cables.push({ ends: [cableEnd(one, mac), cableEnd(other, mac)] });
    }
  }
  return {
    namespaces: [...namespaces].map(([key, part]) => labNamespace(key, part)),
    cables,
    segments: [...segments.values()],
  };
}

/** The laboratory's name of a place: `n1/web` is `n1-web`, because names of namespaces are files. */
export function labName(place: string): string {
  return place.replace('/', '-');
}

function merged(before: PieceNamespace, part: PieceNamespace): PieceNamespace {
  return {
    ...before,
    ...part,
    ...appended(before, part, 'tunnels'),
    ...appended(before, part, 'ip'),
    ...appended(before, part, 'bridge'),
    ...appended(before, part, 'ipsets'),
    ...appended(before, part, 'nft'),
    ...appended(before, part, 'commands'),
    ...appended(before, part, 'listeners'),
    ...(before.sysctls || part.sysctls ? { sysctls: { ...before.sysctls, ...part.sysctls } } : {}),
    ...mergedTables('iptablesNft', before.iptablesNft, part.iptablesNft),
    ...mergedTables('iptablesLegacy', before.iptablesLegacy, part.iptablesLegacy),
  };
}

type ListKey = 'tunnels' | 'ip' | 'bridge' | 'ipsets' | 'nft' | 'commands' | 'listeners';

function appended(before: PieceNamespace, part: PieceNamespace, key: ListKey): PieceNamespace {
  const list = [...(before[key] ?? []), ...(part[key] ?? [])];
  return list.length > 0 ? { [key]: list } : {};
}

function mergedTables(
  key: 'iptablesNft' | 'iptablesLegacy',
  before: PieceTables | undefined,
  part: PieceTables | undefined,
): PieceNamespace {
  if (!before || !part) return {};
  const tables: PieceTables = { ...before };
  for (const [name, lines] of Object.entries(part) as [keyof PieceTables, string[]][]) {
    tables[name] = [...(before[name] ?? []), ...lines];
  }
  return { [key]: tables };
}

function labNamespace(key: string, part: PieceNamespace): LabNamespace {
  const { outside, ipsets, nft, iptablesNft, iptablesLegacy, tunnels, ...same } = part;
  const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
  return {
    name: labName(key),
    place: outside ? { kind: 'outside' } : placeOf(key),
    ...(tunnels ? { tunnels } : {}),
    ...(ipsets ? { ipsets: text(ipsets) } : {}),
    ...(nft ? { nft: text(nft) } : {}),
    ...(iptablesNft ? { iptablesNft: restoreText(iptablesNft) } : {}),
    ...(iptablesLegacy ? { iptablesLegacy: restoreText(iptablesLegacy) } : {}),
    ...(same as Omit<LabNamespace, 'name' | 'place'>),
  };
}

function placeOf(key: string): LabPlace {
  const [node = '', netns] = key.split('/');
  return netns === undefined ? { kind: 'node', node } : { kind: 'pod', node, netns };
}

/** Rules for `iptables-restore`, which takes `-P` and `-N` as the command line does. */
function restoreText(tables: PieceTables): string {
  return Object.entries(tables)
    .map(([name, lines]) => `*${name}\n${lines.map((line) => `${line}\n`).join('')}COMMIT\n`)
    .join('');
}

function cableEnd(text: string, mac: () => string): CableEnd {
  const [namespace = '', device = '', ...rest] = text.split(' ');
  const option = (name: string): string | undefined => {
    const at = rest.indexOf(name);
    return at < 0 ? undefined : rest[at + 1];
  };
  const mtu = option('mtu');
  const drawn = mac();
  return {
    namespace: labName(namespace),
    device,
    mac: option('mac') ?? drawn,
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
  };
}

/** Locally administered addresses, numbered in the order of the cables' ends. */
function macAddresses(): () => string {
  let last = 0;
  return () => {
    last += 1;
    const hex = (byte: number): string => (byte & 0xff).toString(16).padStart(2, '0');
    return `02:00:5e:00:${hex(last >> 8)}:${hex(last)}`;
  };
}
