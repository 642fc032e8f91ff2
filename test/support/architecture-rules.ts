import {
  KERNEL_CONTRACTS,
  KERNEL_ORDER,
  LAB_FOLDERS,
  LAYERS,
  type Layer,
  PROCESS_STARTERS,
} from './layers.ts';
import type { ImportFact, SourceFacts } from './source-file.ts';

/** One breach, printed as `file:line: what (reason)`. */
export type Breach = string;

const LINE_CAP = 600;
const BARREL = 'src/index.ts';

/** Every breach of the architecture's rules in the files. */
export function architectureBreaches(files: readonly SourceFacts[]): Breach[] {
  return [
    ...files.flatMap(fileBreaches),
    ...files
      .filter(isProduct)
      .flatMap((file) => [
        ...layerBreaches(file),
        ...kernelOrderBreaches(file),
        ...purityBreaches(file),
        ...barrelBreaches(file),
      ]),
    ...cycleBreaches(files.filter(isProduct)),
  ];
}

function isProduct(file: SourceFacts): boolean {
  return file.path.startsWith('src/') && !file.path.endsWith('.test.ts');
}

function layerOf(path: string): string | null {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
}

function at(file: SourceFacts, line: number, what: string, reason: string): Breach {
  return `${file.path}:${line}: ${what} (${reason})`;
}

function fileBreaches(file: SourceFacts): Breach[] {
  const breaches: Breach[] = [];
  if (!/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/.test(file.path)) {
    breaches.push(at(file, 1, 'name', 'files and folders are kebab-case'));
  }
  if (file.lines > LINE_CAP) {
    breaches.push(at(file, LINE_CAP, `${file.lines} lines`, `a file has at most ${LINE_CAP}`));
  }
  const inLab = LAB_FOLDERS.some((folder) => file.path.startsWith(folder));
  for (const { name, line } of file.uses) {
    if (/^(?:it|test|describe)\.(?:only|skip|todo|fails)$/.test(name)) {
      breaches.push(at(file, line, name, 'every test runs'));
    } else if (/^(?:it|test|describe)\.(?:skipIf|runIf)$/.test(name) && !inLab) {
      breaches.push(at(file, line, name, 'only tests of the lab may depend on the machine'));
    }
  }
  return breaches;
}

function layerBreaches(file: SourceFacts): Breach[] {
  const name = layerOf(file.path);
  if (name === null) {
    return file.path === BARREL ? [] : [at(file, 1, 'place', 'only index.ts lies in src itself')];
  }
  const layer = LAYERS[name];
  if (!layer) return [at(file, 1, `layer ${name}`, 'not in the table of ARCHITECTURE.md')];
  return file.imports.flatMap((fact) => {
    const reason = importReason(file, name, layer, fact);
    return reason === null ? [] : [at(file, fact.line, `imports ${fact.specifier}`, reason)];
  });
}

function importReason(
  file: SourceFacts,
  name: string,
  layer: Layer,
  fact: ImportFact,
): string | null {
  if (fact.target === null) {
    if (fact.specifier === 'node:child_process') {
      return PROCESS_STARTERS.includes(file.path)
        ? null
        : `only ${PROCESS_STARTERS.join(' and ')} start processes`;
    }
    if (fact.specifier.startsWith('node:')) return layer.impure ? null : `${name} is pure`;
    return layer.packages?.includes(fact.specifier) ? null : `${name} may not use this package`;
  }
  const target = layerOf(fact.target);
  if (target === name || layer.files?.includes(fact.target)) return null;
  if (target === null) return 'nothing imports from src itself';
  if (layer.layers.includes(target)) return null;
  if (layer.types?.includes(target)) {
    return fact.typeOnly ? null : `${name} may import only types of ${target}`;
  }
  return `${name} may import ${layer.layers.join(', ') || 'nothing'}`;
}

/** The rank of a kernel file: contracts lie below all folders, the paths above them. */
function kernelRank(path: string): number {
  const order: readonly string[] = KERNEL_ORDER;
  const [first = '', ...rest] = path.slice('src/kernel/'.length).split('/');
  if (rest.length > 0) return order.indexOf(first);
  return KERNEL_CONTRACTS.includes(first) ? -1 : KERNEL_ORDER.length;
}

function kernelOrderBreaches(file: SourceFacts): Breach[] {
  if (layerOf(file.path) !== 'kernel') return [];
  const rank = kernelRank(file.path);
  return file.imports.flatMap((fact) => {
    if (!fact.target?.startsWith('src/kernel/')) return [];
    // Contracts hold the types that the folders share, so they may name the folders' types.
    if (rank === -1 && fact.typeOnly) return [];
    return kernelRank(fact.target) <= rank
      ? []
      : [at(file, fact.line, `imports ${fact.specifier}`, `${KERNEL_ORDER.join(' <- ')} <- paths`)];
  });
}

const IMPURE_GLOBALS =
  /^(?:console|process|performance|crypto|fetch|Buffer|setTimeout|setInterval|setImmediate|globalThis|Date)$/;

function purityBreaches(file: SourceFacts): Breach[] {
  const name = layerOf(file.path);
  if (name === null || LAYERS[name]?.impure) return [];
  // `Date.UTC` computes; everything else of Date reads the clock or the time zone.
  const computed = new Set(file.uses.filter((use) => use.name === 'Date.UTC').map((u) => u.line));
  return file.uses.flatMap(({ name: use, line }) => {
    if (use === 'Date' && computed.has(line)) return [];
    return IMPURE_GLOBALS.test(use) || use === 'Math.random'
      ? [at(file, line, use, `${name} has no console, clock, randomness or process`)]
      : [];
  });
}

function barrelBreaches(file: SourceFacts): Breach[] {
  if (file.path === BARREL) return [];
  const breaches = file.imports
    .filter((fact) => fact.reExport)
    .map((fact) => at(file, fact.line, `re-exports ${fact.specifier}`, `only ${BARREL} does`));
  if (file.path.endsWith('/index.ts')) breaches.push(at(file, 1, 'name', `only ${BARREL}`));
  return breaches;
}

function cycleBreaches(files: readonly SourceFacts[]): Breach[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const stack: string[] = [];
  const breaches: Breach[] = [];
  const visit = (path: string): void => {
    const start = stack.indexOf(path);
    if (start >= 0) {
      const cycle = [...stack.slice(start), path].join(' -> ');
      breaches.push(`${path}:1: import cycle ${cycle} (imports of values have no cycles)`);
      return;
    }
    const file = byPath.get(path);
    if (!file || done.has(path)) return;
    stack.push(path);
    for (const fact of file.imports) if (fact.target && !fact.typeOnly) visit(fact.target);
    stack.pop();
    done.add(path);
  };
  for (const file of files) visit(file.path);
  return breaches;
}
