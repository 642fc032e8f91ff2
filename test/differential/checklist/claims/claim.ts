/** One sentence about the kernel that the model has to reproduce, and where that is proven. */
export interface Claim {
  /** Point of the checklist, 1 to 21; see `POINTS`. */
  readonly point: number;
  readonly claim: string;
  /** Tests in which the kernel and the model are compared on it. */
  readonly cases: readonly CaseRef[];
  /** What of it is not proven, or not modelled, and why. */
  readonly open?: string;
}

export interface CaseRef {
  readonly file: string;
  /** The test's name, or that of its row. */
  readonly name: string;
}

const of =
  (file: string) =>
  (...names: readonly string[]): readonly CaseRef[] =>
    names.map((name) => ({ file, name }));

/** Cases of this folder. */
export const here = of('test/differential/checklist/checklist.test.ts');
export const paths = of('test/differential/paths/paths.test.ts');
export const conntrack = of('test/differential/conntrack/conntrack.test.ts');
/** Whole conversations, as `group: name`. */
export const episodes = of('test/differential/conntrack/episodes/episodes.test.ts');
export const arrivals = of('test/differential/routing/arrivals.test.ts');
export const conntrackInUse = of('test/differential/xtables/conntrack-in-use.test.ts');
/** Random state, and all that was observed compared. */
export const RANDOM = {
  routes: of('test/differential/routing/random-routes.test.ts')('tables of round $round'),
  xtables: of('test/differential/xtables/random-rules.test.ts')('ruleset %i'),
  nft: of('test/differential/nft/random-rules.test.ts')('seed %i'),
} as const;
export const inFile = (file: string, ...names: readonly string[]): readonly CaseRef[] =>
  of(file)(...names);

/** The points by their titles. */
export const POINTS: readonly string[] = [
  'hooks and their order',
  'nat chains',
  'verdicts of rules',
  'what a local sender looks up before any hook',
  'routing again after OUTPUT',
  'source addresses',
  'routes and policy rules',
  'rp_filter',
  'martians and loopback addresses',
  'ARP',
  'forwarding',
  'connection tracking',
  'translation',
  'bridges',
  'what survives a crossing',
  'tunnels',
  'kube-proxy’s rules',
  'drop reasons',
  'formats',
  'flannel’s rules',
  'the founding incident',
];
