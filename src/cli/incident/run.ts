import type { Lab } from '../../lab/lab.ts';
import { LabError } from '../../lab/open-lab.ts';
import { renderKept } from '../../report/incident/render-kept.ts';
import { renderRun } from '../../report/incident/render-run.ts';
import { runJson } from '../../report/incident/run-json.ts';
import { EXIT, type SetExit } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { buildIncident } from './build-incident.ts';
import { type Incident, incidentFolder, loadIncident } from './load-incident.ts';
import { placeNames } from './observed-flow.ts';
import { runOf, sendBoth } from './run-incident.ts';
import { withLab } from './with-lab.ts';
import { writeCaptures } from './write-captures.ts';

/** What `hookline lab run` was asked for. */
export interface RunRequest {
  readonly keep?: boolean;
  readonly pcap?: string;
  readonly json?: boolean;
}

/** Runs one incident and prints what the kernel did. */
export async function runIncident(
  folder: string,
  request: RunRequest,
  io: Io,
  setExit: SetExit,
): Promise<void> {
  const incident = loadIncident(incidentFolder(folder));
  if (incident.notHere !== undefined) {
    io.err(`hookline: ${incident.id} cannot run here: ${incident.notHere}\n`);
    setExit(EXIT.undetermined);
    return;
  }
  await withLab(io, setExit, request.keep ?? false, async (lab) => {
    try {
      await buildIncident(lab, incident);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      io.err(`hookline: ${incident.id} cannot be built here: ${error.message}\n`);
      setExit(EXIT.undetermined);
      return 'done';
    }
    return runStanding(lab, incident, request, io, setExit);
  });
}

async function runStanding(
  lab: Lab,
  incident: Incident,
  { keep, pcap, json }: RunRequest,
  io: Io,
  setExit: SetExit,
): Promise<'done' | 'kept'> {
  const sent = await sendBoth(lab, incident);
  const run = runOf(incident, sent);
  setExit(run.mismatches.length === 0 ? EXIT.ok : EXIT.failing);
  const epoch = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  const files =
    pcap === undefined
      ? []
      : await writeCaptures(pcap, sent.flow.sightings, placeNames(incident.composed), epoch);
  const kept = keep ? await lab.keep() : null;
  if (json) {
    io.out(`${JSON.stringify(runJson(run, files, kept), null, 2)}\n`);
    return kept ? 'kept' : 'done';
  }
  io.out(renderRun(run, io.canvas));
  if (files.length > 0)
    io.out(`\ncaptures written\n${files.map((file) => `  ${file}\n`).join('')}`);
  if (kept) io.out(renderKept(kept));
  return kept ? 'kept' : 'done';
}
