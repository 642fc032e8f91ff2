import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Lab } from '../../lab/lab.ts';
import { incidentPage } from '../../report/incident/incident-pages.ts';
import { labFlow } from './incident-flow.ts';
import type { Incident } from './load-incident.ts';
import { OBSERVE_ALL } from './observe-all.ts';
import { withTcpdump } from './record-captures.ts';
import { runOf } from './run-incident.ts';
import { steadyFiles } from './steady-files.ts';
import type { Verified } from './verify-incident.ts';

/** What the kernel did, as a recording keeps it: only what is the same every time. */
export interface RecordedTruth {
  readonly flow: RecordedOutcome;
  readonly control: RecordedOutcome;
  /** What became of each fix whose commands were run. */
  readonly fixes: readonly RecordedFix[];
}

interface RecordedFix {
  readonly name: string;
  readonly kernel: 'cures' | 'fails' | 'not-run';
  /** The undo restored the settings, and the flow failed as before. */
  readonly undone: boolean;
}

export interface RecordedOutcome {
  readonly client: string;
  readonly errno: string | null;
  readonly endpoint: string | null;
  readonly sourceAtEndpoint: string | null;
  /** `REASON function PLACE DEVICE`, each once. */
  readonly drops: readonly string[];
  /** Hooks in the order in which packets met them: `n1 output eth0`. */
  readonly hooks: readonly string[];
}

/**
 * Writes an incident's snapshot and `truth/kernel.json`, which tests replay without root, its page, and the
 * captures that it asks for, of one more try of its flow. The laboratory still stands.
 */
export async function recordIncident(
  lab: Lab,
  incident: Incident,
  { files, sent, verification }: Verified,
): Promise<void> {
  const root = join(incident.folder, 'snapshot');
  await rm(root, { recursive: true, force: true });
  for (const [path, text] of steadyFiles(files))
    await write(join(root, path), recordedText(path, text));
  const run = runOf(incident, sent);
  const truth: RecordedTruth = {
    flow: recorded(run.flow),
    control: recorded(run.control),
    fixes: verification.fixes.map(({ name, verified, undo }) => ({
      name,
      kernel: verified.kernel,
      undone: undo.differs.length === 0 && undo.flow === run.flow.client.outcome,
    })),
  };
  await write(join(root, 'truth', 'kernel.json'), `${JSON.stringify(truth, null, 2)}\n`);
  await write(join(incident.folder, 'README.md'), incidentPage(incident));
  if (incident.captures.length > 0) await recordCaptures(lab, incident);
}

/**
 * Everything but the sysctls that no IPv4 packet of an incident depends on, which are two thirds of a
 * snapshot: IPv6, and timers of neighbour tables.
 */
function recordedText(path: string, text: string): string {
  if (!path.endsWith('/sysctl.txt')) return text;
  return text.replace(/^net\.(?:ipv6\.|mptcp\.|ipv4\.neigh\.).*\n/gm, '');
}

async function recordCaptures(lab: Lab, incident: Incident): Promise<void> {
  const root = join(incident.folder, 'evidence');
  await rm(root, { recursive: true, force: true });
  const captures = await withTcpdump(lab, incident.captures, async () => {
    await lab.send({ flows: [labFlow('flow', incident.flow)], observe: OBSERVE_ALL });
  });
  for (const { path, bytes } of captures) await write(join(root, path), bytes);
}

async function write(path: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

function recorded({
  client,
  endpoint,
  drops,
  hooks,
}: ReturnType<typeof runOf>['flow']): RecordedOutcome {
  return {
    client: client.outcome,
    errno: client.errno,
    endpoint: endpoint && `${endpoint.place} ${endpoint.address}:${endpoint.port}`,
    sourceAtEndpoint: endpoint?.source ?? null,
    drops: unique(
      drops.map(({ reason, location, place, device }) =>
        [reason, location, place, device].filter((part) => part !== null).join(' '),
      ),
    ),
    hooks: hooks.map(({ place, hook, iif, oif }) =>
      [place, hook, iif ?? '-', oif ?? '-'].join(' '),
    ),
  };
}

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)];
}
