import { factOf, type NetnsDraft } from '../draft.ts';
import { type Entry, textOf, wordsOf } from '../read/records.ts';
import { addressFamily, isDeviceName, isMac } from '../read/safe-words.ts';
import type { Line, Why } from '../rebuild.ts';

/** States that are kept as they are. A dead or unfinished entry comes back when it is tried. */
const KEPT: ReadonlyMap<string, string> = new Map([
  ['PERMANENT', 'permanent'],
  ['NOARP', 'noarp'],
  ['REACHABLE', 'reachable'],
  ['STALE', 'stale'],
  ['DELAY', 'stale'],
  ['PROBE', 'stale'],
]);

/**
 * Neighbour entries. Learned ones are put in as learned: a wrong one then fails as it would have, and
 * a right one is right because whoever stands in for that address has its MAC.
 */
export function neighbourLines(
  netns: NetnsDraft,
  entries: readonly Entry[],
  refuse: (line: Line, why: Why) => void,
): readonly Line[] {
  return entries.flatMap(({ value, source }): readonly Line[] => {
    const address = textOf(value, 'dst') ?? '';
    const device = textOf(value, 'dev') ?? '';
    const mac = textOf(value, 'lladdr');
    const state = wordsOf(value, 'state').map((name) => KEPT.get(name))[0];
    const family = addressFamily(address);
    const fact = factOf(netns, 'neighbour', `neighbour ${address} on ${device}`, {
      source,
      device,
      family,
    });
    if (family === null || !isDeviceName(device)) {
      refuse({ text: '', fact }, { kind: 'unreadable', text: `${address} ${device}` });
      return [];
    }
    if ('proxy' in value) {
      return [{ text: `neighbour replace proxy ${address} dev ${device}`, fact }];
    }
    if (state === undefined || mac === null || !isMac(mac)) return [];
    const router = 'router' in value ? ' router' : '';
    return [
      {
        text: `neighbour replace ${address} lladdr ${mac} dev ${device} nud ${state}${router}`,
        fact,
      },
    ];
  });
}
