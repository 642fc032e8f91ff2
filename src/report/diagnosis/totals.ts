import type { Evidence } from '../../evidence/evidence.ts';

/** How much was read: `198 lines, 68 recognised, 0 not placed; 5 connections`. */
export function totalsWords({ files, observations, journeys, conversations }: Evidence): string {
  const sum = (value: (file: Evidence['files'][number]) => number): number =>
    files.reduce((total, file) => total + value(file), 0);
  const read = sum(({ lines }) => lines);
  const known = sum(({ recognised }) => recognised);
  const unplaced = sum(({ unplacedCount }) => unplacedCount);
  const dropped = sum(({ dropped: count }) => count);
  return [
    `${read} lines of ${files.length === 1 ? files[0]?.file : `${files.length} files`}, ${known} of them evidence, ${unplaced} that look like it and could not be placed`,
    `${observations.length} sightings of ${journeys.length} packets in ${conversations.length} connections`,
    ...(dropped > 0 ? [`${dropped} packets beyond the limit left out`] : []),
  ].join('; ');
}
