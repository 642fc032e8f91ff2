import type { StandInKind, StandInView } from './replay-view.ts';
import { placeWord } from './words.ts';

const TITLES: Readonly<Record<StandInKind, readonly [one: string, many: string]>> = {
  pod: ['pod', 'pods'],
  host: ['host', 'hosts'],
  gateway: ['gateway', 'gateways'],
  'uncaptured-node': ['node', 'nodes'],
  client: ['client', 'clients'],
  device: ['device', 'devices'],
  'silent-peer': ['silent other end', 'silent other ends'],
  segment: ['segment', 'segments'],
  listener: ['listener', 'listeners'],
};

/** Entries of one kind that are shown one by one; JSON has them all. */
const SHOWN = 3;

/** What stands in for things that no file of the snapshot holds. */
export function standInLines(standIns: readonly StandInView[]): readonly string[] {
  if (standIns.length === 0) return [];
  const groups = new Map<StandInKind, StandInView[]>();
  for (const one of standIns) groups.set(one.kind, [...(groups.get(one.kind) ?? []), one]);
  return [
    '',
    'stand-ins for what was not captured',
    ...[...groups].flatMap(([kind, entries]) => [
      ...entries.slice(0, SHOWN).map((one) => entry(kind, one)),
      ...(entries.length > SHOWN
        ? [`  and ${entries.length - SHOWN} more ${TITLES[kind][1]}`]
        : []),
    ]),
  ];
}

function entry(kind: StandInKind, { subject, because, ...place }: StandInView): string {
  const where = place.node === null ? '' : `${placeWord(place)} `;
  return `  ${TITLES[kind][0]} ${where}${subject}: ${because}`;
}
