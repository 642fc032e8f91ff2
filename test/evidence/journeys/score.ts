import type { Presented } from './present.ts';

export interface Score {
  /** Sightings whose packet is known, of packets that more than one place saw. */
  readonly known: number;
  /** Of those, joined with most of their packet's sightings. */
  readonly joined: number;
  /** Sightings in a journey that is another packet's, with where they were read. */
  readonly wrong: readonly string[];
  readonly missed: readonly string[];
}

/** Holds the journeys against the truth. */
export function score({ evidence, truth }: Presented): Score {
  const counts = new Map<string, Map<number, number>>();
  const wrong: string[] = [];
  const known: { readonly key: string; readonly journey: number; readonly at: string }[] = [];
  for (const { id, sightings } of evidence.journeys) {
    const own = new Map<string, number>();
    for (const sighting of sightings) {
      const key = truth.get(sighting.id) ?? null;
      if (key === null) continue;
      own.set(key, (own.get(key) ?? 0) + 1);
      const journeys = counts.get(key) ?? new Map<number, number>();
      counts.set(key, journeys);
      journeys.set(id, (journeys.get(id) ?? 0) + 1);
      const { file, line, text } = sighting.source;
      known.push({ key, journey: id, at: `${file}:${line} ${key} ${text?.slice(0, 220) ?? ''}` });
    }
    const [main] = [...own].toSorted((a, b) => b[1] - a[1]);
    if (own.size < 2) continue;
    for (const sighting of sightings) {
      const key = truth.get(sighting.id) ?? null;
      if (key !== null && key !== main?.[0]) {
        wrong.push(
          `journey ${id} of ${main?.[0]}: ${sighting.source.file}:${sighting.source.line} ${key}`,
        );
      }
    }
  }
  const mainOf = new Map<string, number>();
  for (const [key, journeys] of counts) {
    const [best] = [...journeys].toSorted((a, b) => b[1] - a[1]);
    if (best) mainOf.set(key, best[0]);
  }
  const missed = known.filter(({ key, journey }) => mainOf.get(key) !== journey);
  return {
    known: known.length,
    joined: known.length - missed.length,
    wrong,
    missed: missed.map(({ at }) => at),
  };
}
