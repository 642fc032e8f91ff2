/** The layer table of ARCHITECTURE.md and what each layer may reach beside it. */
export interface Layer {
  /** Layers whose values and types may be imported; a layer may always import itself. */
  readonly layers: readonly string[];
  /** Layers of which only types may be imported. */
  readonly types?: readonly string[];
  /** Single files of other layers. */
  readonly files?: readonly string[];
  readonly packages?: readonly string[];
  /** May use `node:*`, the console, the clock and randomness. */
  readonly impure?: true;
}

export const LAYERS: Readonly<Record<string, Layer>> = {
  linux: { layers: [] },
  packet: { layers: ['linux'] },
  kernel: { layers: ['linux', 'packet'] },
  kube: { layers: ['linux', 'packet'] },
  snapshot: { layers: ['linux', 'packet', 'kernel', 'kube'], packages: ['zod'] },
  trace: { layers: ['linux', 'packet', 'kernel'] },
  evidence: { layers: ['linux', 'packet'] },
  diagnosis: { layers: ['linux', 'packet', 'kernel', 'kube', 'trace', 'evidence'] },
  report: {
    layers: ['linux', 'packet', 'kube', 'trace', 'evidence', 'diagnosis'],
    types: ['kernel', 'agreement'],
  },
  probe: {
    layers: ['linux', 'packet', 'evidence'],
    files: ['src/snapshot/source.ts'],
    impure: true,
  },
  lab: {
    layers: ['linux', 'packet', 'evidence'],
    files: ['src/snapshot/source.ts'],
    packages: ['koffi'],
    impure: true,
  },
  agreement: { layers: ['linux', 'packet', 'kernel', 'trace', 'evidence'], types: ['lab'] },
  cli: {
    layers: [
      'linux',
      'packet',
      'kernel',
      'kube',
      'snapshot',
      'trace',
      'evidence',
      'diagnosis',
      'report',
      'probe',
      'lab',
      'agreement',
    ],
    packages: ['commander', '@bomb.sh/tab/commander', 'zod', 'modern-tar'],
    impure: true,
  },
};

/** The order inside `src/kernel`: a folder may import those before it. */
export const KERNEL_ORDER = ['device', 'routing', 'conntrack', 'netfilter'] as const;

/**
 * Files of `src/kernel` itself that all folders share: types, and the few functions over them. Every
 * other file there is one of the paths, which compose the folders and which no folder may import.
 */
export const KERNEL_CONTRACTS: readonly string[] = [
  'decide.ts',
  'kernel.ts',
  'netns-state.ts',
  'network.ts',
  'run.ts',
  'skb.ts',
  'step.ts',
  'sysctl.ts',
  'sysctl-lookup.ts',
  'sysctl-lookup6.ts',
];

/** The only files that may start processes; see rule 9 of the design. */
export const PROCESS_STARTERS: readonly string[] = ['src/probe/exec.ts', 'src/lab/exec.ts'];

/** Folders whose tests may be skipped where there is no root. */
export const LAB_FOLDERS: readonly string[] = [
  'src/lab/',
  'src/probe/',
  'test/lab/',
  'test/differential/',
];
