import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  type Incident,
  incidentFolders,
  loadIncident,
} from '../../src/cli/incident/load-incident.ts';
import type { RecordedTruth } from '../../src/cli/incident/record-incident.ts';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';
import { readEvidenceFile } from '../../src/evidence/read-evidence-file.ts';
import type { Issue } from '../../src/packet/issue.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';

const ROOT = join(import.meta.dirname, '..', '..', 'incidents');

/** All incidents that have a recipe. */
export const INCIDENTS: readonly Incident[] = incidentFolders(ROOT).map(loadIncident);

/** An incident's recorded snapshot, with what could not be read, and what the kernel did. */
export interface Recording {
  readonly snapshot: Snapshot;
  readonly issues: readonly Issue[];
  readonly truth: RecordedTruth;
}

export function hasRecording({ folder }: Incident): boolean {
  return existsSync(join(folder, 'snapshot'));
}

export function readRecording({ folder }: Incident): Recording {
  const root = join(folder, 'snapshot');
  const files = new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(root, path), readFileSync(path, 'utf8')] as const)
      .filter(([path]) => !path.startsWith('truth/'))
      .sort(),
  );
  const { value, issues } = assembleSnapshot(files);
  const truth = JSON.parse(
    readFileSync(join(root, 'truth', 'kernel.json'), 'utf8'),
  ) as RecordedTruth;
  return { snapshot: value, issues, truth };
}

/** The captures that tcpdump made in an incident's laboratory, in the layout of a snapshot's evidence. */
export function readCaptures({ folder, captures }: Incident): Evidence {
  const parts = captures.map((capture) => {
    const [place = '', device = ''] = capture.split(' ');
    const path = `${place.replace('/', '/netns/')}/${device}.pcap`;
    return readEvidenceFile(readFileSync(join(folder, 'evidence', path)), `evidence/${path}`);
  });
  return buildEvidence(parts);
}
