import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts';
import { type GivenFacts, parseGivenFacts } from '../../src/diagnosis/infer/given-facts.ts';
import type { DiagnoseInput, FlowAsk } from '../../src/diagnosis/input.ts';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';
import { readEvidenceFile } from '../../src/evidence/read-evidence-file.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { traceFlow } from '../../src/trace/tracer.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export type Files = ReadonlyMap<string, string>;

/** The part of a flow that a test row says; the rest is as of a plain TCP client. */
export interface Asked {
  readonly from?: string;
  readonly to?: string;
  readonly port?: number;
  readonly iface?: string;
  /** The packet arrives from outside: device and source. */
  readonly arriving?: readonly [device: string, source: string];
}

function askOf({ from, to, port, iface, arriving }: Asked): FlowAsk {
  return {
    from: from === undefined ? null : { node: from, netns: null },
    to: to === undefined ? null : parseAddress(to),
    port: port ?? null,
    protocol: null,
    boundSource: arriving ? parseAddress(arriving[1]) : null,
    boundDevice: iface ?? null,
    arrivesOn: arriving?.[0] ?? null,
    sport: null,
    mark: 0,
  };
}

function diagnosisOf(input: Partial<DiagnoseInput>): Diagnosis {
  const result = diagnose({
    network: null,
    kube: null,
    evidence: null,
    ask: askOf({}),
    symptom: null,
    controls: [],
    facts: null,
    trace: traceFlow,
    ...input,
  });
  if (result.kind !== 'diagnosis') throw new Error(`no diagnosis: ${result.kind}`);
  return result.diagnosis;
}

/** The texts of a recorded snapshot by path, without its evidence and truth. */
export function recordedFiles(name: string): Map<string, string> {
  return new Map(
    filesBelow(join('test', 'recorded', name))
      .filter(([path]) => !/^(?:evidence|truth)\//.test(path))
      .map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]),
  );
}

/** A folder's evidence; its paths begin with `evidence/`, as in a snapshot. */
function evidenceOf(folder: string | null, extra: Files = new Map()): Evidence {
  const parts = (folder === null ? [] : filesBelow(folder)).map(([path, bytes]) =>
    readEvidenceFile(bytes, join('evidence', path)),
  );
  const added = [...extra].map(([path, text]) =>
    readEvidenceFile(new TextEncoder().encode(text), path),
  );
  return buildEvidence([...parts, ...added]);
}

/** The founding incident's evidence alone, with what else is known. */
export function diagnoseFounding(
  known: {
    readonly facts?: object;
    readonly evidence?: Files;
    readonly trace?: DiagnoseInput['trace'];
  } = {},
): Diagnosis {
  const facts: GivenFacts | null = known.facts
    ? parseGivenFacts(JSON.stringify(known.facts), 'facts.json').value
    : null;
  const evidence = evidenceOf(join('incidents', 'founding', 'evidence'), known.evidence);
  const ask = askOf({ to: '10.254.51.153', port: 80 });
  return diagnosisOf({ evidence, facts, ask, ...(known.trace ? { trace: known.trace } : {}) });
}

/** A recorded snapshot's flow; with its captures when they are asked for. */
export function diagnoseRecorded(
  name: string,
  asked: Asked,
  options: { readonly files?: Files; readonly captures?: boolean; readonly evidence?: Files } = {},
): Diagnosis {
  const { network, kube } = assembleSnapshot(options.files ?? recordedFiles(name)).value;
  const folder = options.captures ? join('test', 'recorded', name, 'evidence') : null;
  const given = folder !== null || options.evidence !== undefined;
  const evidence = given ? evidenceOf(folder, options.evidence) : null;
  return diagnosisOf({ network, kube, evidence, ask: askOf(asked) });
}

function filesBelow(folder: string): [path: string, bytes: Uint8Array][] {
  const root = join(ROOT, folder);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [relative(root, path), readFileSync(path)]);
}
