import type { SourceRef } from '../../../packet/source-ref.ts';
import type { NetnsDraft } from '../draft.ts';
import { entriesOf } from '../read/captured.ts';
import { textOf, wordsOf } from '../read/records.ts';
import { addressFamily, isMac } from '../read/safe-words.ts';

/** What a node's tables know about others. */
export interface KnownNeighbours {
  readonly entries: readonly NeighbourEntry[];
  /** Device by MAC: what bridges learned on their ports. */
  readonly learned: ReadonlyMap<string, string>;
}

export interface NeighbourEntry {
  readonly address: string;
  readonly device: string;
  readonly mac: string | null;
  /** Somebody answered for it. Linux: NUD_VALID. */
  readonly valid: boolean;
  readonly source: SourceRef;
}

const VALID = new Set(['REACHABLE', 'STALE', 'DELAY', 'PROBE', 'PERMANENT', 'NOARP']);

/** IPv4 neighbours and learned forwarding entries of a captured namespace. */
export function knownNeighbours({ captured }: NetnsDraft): KnownNeighbours {
  if (!captured) return { entries: [], learned: new Map() };
  const entries = (entriesOf(captured, 'ip-neigh', () => {}) ?? []).flatMap(
    ({ value, source }): readonly NeighbourEntry[] => {
      const address = textOf(value, 'dst') ?? '';
      const mac = textOf(value, 'lladdr');
      if (addressFamily(address) !== 4 || 'proxy' in value) return [];
      return [
        {
          address,
          device: textOf(value, 'dev') ?? '',
          mac: mac !== null && isMac(mac) ? mac : null,
          valid: wordsOf(value, 'state').some((state) => VALID.has(state)),
          source,
        },
      ];
    },
  );
  const learned = new Map(
    (entriesOf(captured, 'bridge-fdb', () => {}) ?? []).flatMap(({ value }) => {
      const [mac, device] = [textOf(value, 'mac'), textOf(value, 'ifname')];
      const own = textOf(value, 'state') === 'permanent';
      return mac === null || device === null || own ? [] : [[mac, device] as const];
    }),
  );
  return { entries, learned };
}

/** The entry of one of these addresses on a device. */
export function neighbourOf(
  known: KnownNeighbours,
  device: string,
  addresses: readonly string[],
): NeighbourEntry | undefined {
  return known.entries.find(
    (entry) => entry.device === device && addresses.includes(entry.address),
  );
}
