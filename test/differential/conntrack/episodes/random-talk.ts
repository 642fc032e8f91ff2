import { seededRandom } from '../../../../src/lab/random/random.ts';
import type { Episode } from './episode.ts';
import { tcpTalk } from './talk.ts';

const FLAGS = ['syn', 'syn,ack', 'ack', 'ack', 'ack', 'ack,psh', 'fin,ack', 'rst', 'rst,ack'];
const OFFSETS = ['', '', '', '', '+1', '-1', '+10', '-10', '+900', '-900', '+1500', '-70000', '=0'];
const WINDOWS = ['', '', '', ' win=0', ' win=1', ' win=10', ' win=60000'];
const DATA = ['', '', ' data=1', ' data=100', ' data=1200'];
const OPTIONS = ['', '', ' scale=2', ' sackok', ' scale=7 sackok'];
const STARTS = [
  ['syn scale=3 sackok', '<syn,ack scale=5 sackok', 'ack'],
  ['syn', '<syn,ack', 'ack', 'ack data=100', '<ack'],
  ['syn'],
  [],
];

/** Conversations at random; the same ones for the same seed. */
export function randomTalks(seed: number, count: number): readonly Episode[] {
  const random = seededRandom(seed);
  const pick = (from: readonly string[]): string => random.pick(from);
  return Array.from({ length: count }, (_, i) => {
    const start = random.pick<readonly string[]>(STARTS);
    const words = Array.from({ length: 4 + random.below(5) }, () => {
      const flags = `${random.chance(0.5) ? '' : '<'}${pick(FLAGS)}`;
      const seq = pick(OFFSETS);
      const ack = pick(OFFSETS);
      const options = flags.includes('syn') ? pick(OPTIONS) : '';
      return [
        flags,
        seq && ` seq${seq}`,
        flags.includes('ack') && ack ? ` ack${ack}` : '',
        pick(WINDOWS),
        pick(DATA),
        options,
      ].join('');
    });
    const said = [...start, ...words];
    return tcpTalk(`random ${seed}-${i}: ${said.join(' | ')}`, ...said);
  });
}
