import { release } from 'node:os';
import type { Lab } from '../../lab/lab.ts';
import { LabError } from '../../lab/open-lab.ts';
import { renderVerifications } from '../../report/incident/render-verification.ts';
import type { Verification } from '../../report/incident/verification.ts';
import { verifyJson } from '../../report/incident/verify-json.ts';
import { EXIT, type SetExit } from '../exit-code.ts';
import type { Io } from '../io.ts';
import {
  INCIDENTS,
  type Incident,
  incidentFolder,
  incidentFolders,
  loadIncident,
} from './load-incident.ts';
import { recordIncident } from './record-incident.ts';
import { verifyIncident } from './verify-incident.ts';
import { withLab } from './with-lab.ts';

/** What `hookline lab verify` was asked for. */
export interface VerifyRequest {
  readonly record?: boolean;
  readonly json?: boolean;
}

/** Verifies incidents one after the other and prints a line for each. */
export async function verifyIncidents(
  folders: readonly string[],
  { record, json }: VerifyRequest,
  io: Io,
  setExit: SetExit,
): Promise<void> {
  const incidents = (
    folders.length > 0 ? folders.map(incidentFolder) : incidentFolders(INCIDENTS)
  ).map(loadIncident);
  await withLab(io, setExit, false, async (lab) => {
    const results: Verification[] = [];
    for (const [index, incident] of incidents.entries()) {
      // The answer comes first on standard output, and so last: this tells that it goes on.
      if (incidents.length > 1) {
        io.err(`hookline: ${index + 1} of ${incidents.length}: ${incident.id}\n`);
      }
      results.push(await verifyOne(lab, incident, record ?? false));
    }
    if (json) io.out(`${JSON.stringify(verifyJson(results), null, 2)}\n`);
    else io.out(renderVerifications(results, io.canvas));
    setExit(exitOf(results));
    return 'done';
  });
}

async function verifyOne(lab: Lab, incident: Incident, record: boolean): Promise<Verification> {
  if (incident.notHere !== undefined) return cannotRun(incident, incident.notHere);
  try {
    const verified = await verifyIncident(lab, incident);
    // What is not the incident is no recording of it.
    const reproduced = verified.verification.mismatches.length === 0;
    if (record && reproduced) await recordIncident(lab, incident, verified);
    return verified.verification;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return cannotRun(incident, error.message);
  } finally {
    await lab.clear({});
  }
}

function cannotRun({ id, title }: Incident, why: string): Verification {
  return {
    id,
    title,
    kernel: release(),
    notHere: why,
    mismatches: [],
    agreement: [],
    diagnosis: null,
    fixes: [],
    faults: [],
  };
}

function exitOf(results: readonly Verification[]) {
  if (results.some(({ faults }) => faults.length > 0)) return EXIT.failing;
  return results.some(({ notHere }) => notHere !== null) ? EXIT.undetermined : EXIT.ok;
}
