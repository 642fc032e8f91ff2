import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Topology } from '../../lab/topology/topology.ts';
import { fileFailure, inputFailure } from '../failure.ts';
import { compose } from './compose.ts';
import { INCIDENT, type IncidentFile } from './incident.ts';
import { PIECE } from './piece.ts';

const FILE = 'incident.json';
const PIECES = 'topologies';

/** An incident's recipe with the topology that it means. */
export interface Incident extends IncidentFile {
  /** The folder's name. */
  readonly id: string;
  readonly folder: string;
  readonly composed: Topology;
}

/** The incidents that come with the program. */
export const INCIDENTS = fileURLToPath(new URL('../../../incidents', import.meta.url));

/** The folder that is meant: a folder as it stands, or the name of an incident of the program's. */
export function incidentFolder(text: string): string {
  const own = join(INCIDENTS, text);
  return !existsSync(text) && /^[a-z0-9-]+$/.test(text) && existsSync(own) ? own : text;
}

/** Reads `incident.json` of a folder, and the pieces it uses from `topologies` beside the folder. */
export function loadIncident(folder: string): Incident {
  const file = readChecked(join(folder, FILE), INCIDENT);
  const pieces = file.uses.map((name) =>
    readChecked(join(folder, '..', PIECES, `${name}.json`), PIECE),
  );
  return {
    ...file,
    id: basename(resolve(folder)),
    folder,
    composed: compose([...pieces, file.topology]),
  };
}

/** The folders of all incidents with a recipe below a folder, sorted. */
export function incidentFolders(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, FILE)))
    .map(({ name }) => join(root, name))
    .sort();
}

function readChecked<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileFailure(path, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw inputFailure(path, error instanceof Error ? error.message : String(error));
  }
  const { data, error } = schema.safeParse(value);
  if (error) {
    const [issue] = error.issues;
    throw inputFailure(path, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  return data as z.infer<Schema>;
}
