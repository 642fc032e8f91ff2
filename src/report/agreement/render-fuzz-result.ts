/** What a run of random cases came to, as it is printed. */
export interface FuzzView {
  readonly seed: number;
  readonly seconds: number;
  readonly networks: number;
  readonly flows: number;
  readonly agreed: number;
  readonly open: number;
  readonly unstable: number;
  readonly failures: readonly { readonly number: number; readonly message: string }[];
  readonly outcomes: CountsView;
  readonly dropReasons: CountsView;
  readonly tolerated: CountsView;
  readonly openBecause: CountsView;
  readonly disagreements: readonly DisagreementView[];
}

export type CountsView = Readonly<Record<string, number>>;

export interface DisagreementView {
  readonly number: number;
  readonly flow: string;
  readonly differences: readonly string[];
  readonly lines: readonly string[];
  /** What is left of the network, a line each. */
  readonly network: readonly string[];
}

/** The result of `hookline lab fuzz`. */
export function renderFuzzResult(view: FuzzView): string {
  const { seed, networks, flows, agreed, open, unstable, disagreements, seconds } = view;
  const pace = Math.round((flows / seconds) * 60);
  return [
    ...disagreements.flatMap((one) => disagreementLines(seed, one)),
    ...view.failures.map(({ number, message }) => `network ${number} could not run: ${message}`),
    `seed ${seed}: ${flows} flows in ${networks} networks, ${pace} flows a minute`,
    `  agreed ${agreed}, open ${open}, unstable ${unstable}, disagreements ${disagreements.length}`,
    countsLine('outcomes', view.outcomes),
    countsLine('drop reasons', view.dropReasons),
    countsLine('tolerated', view.tolerated),
    countsLine('open because of', view.openBecause),
    '',
  ].join('\n');
}

function disagreementLines(seed: number, one: DisagreementView): readonly string[] {
  return [
    `DISAGREEMENT ${one.flow}`,
    ...one.differences.map((line) => `  ${line}`),
    `  repeat: hookline lab fuzz --seed ${seed} --case ${one.number}`,
    '  what is left of the network:',
    ...shortened(one.network).map((line) => `    ${line}`),
    '  model beside kernel:',
    ...one.lines.map((line) => `    ${line}`),
    '',
  ];
}

/** Lines of a network that was not made smaller; the rest is in the saved file. */
const MOST_LINES = 60;

function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `... and ${lines.length - MOST_LINES} lines more`];
}

function countsLine(name: string, counts: CountsView): string {
  const words = Object.entries(counts).map(([key, count]) => `${key} ${count}`);
  return `  ${name}: ${words.join(', ') || 'none'}`;
}
