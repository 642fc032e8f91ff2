import { runBatch } from '../host/batch.ts';
import type { CommandReport, Lab } from '../lab.ts';
import type { LabNamespace, Topology } from '../topology/topology.ts';
import { awaitLinks } from './await-links.ts';
import type { Line, NetnsPlan, NotRebuilt, Rebuild } from './rebuild.ts';
import { restoreAll } from './restore.ts';
import { runIn } from './run-in.ts';
import { settleRoutes } from './settle-routes.ts';

/**
 * Builds what was planned. Nothing that fails stops the rest; what the laboratory then lacks is
 * returned, each with where the snapshot states it.
 */
export async function buildReplay(lab: Lab, rebuild: Rebuild): Promise<readonly NotRebuilt[]> {
  const { failed } = await lab.build(topologyOf(rebuild));
  const refused = failed.map((report) => refusedFact(report, rebuild.namespaces));
  const missing = refused.filter((fact) => fact !== null);
  missing.push(...(await awaitLinks(lab, rebuild)));
  await teachFabrics(lab, rebuild);
  for (const plan of rebuild.namespaces) {
    missing.push(...(await setRules6(lab, plan)));
    missing.push(...(await fillBridges(lab, plan)));
    missing.push(...(await restoreAll(lab, plan)));
    missing.push(...(await settleRoutes(lab, plan)));
    missing.push(...(await putConnections(lab, plan)));
  }
  return missing;
}

/** The part of a plan that the laboratory builds by itself. */
export function topologyOf(rebuild: Rebuild): Topology {
  return {
    namespaces: rebuild.namespaces.map(
      ({ name, place, tunnels, devices, network, sysctls, listeners }): LabNamespace => ({
        name,
        place,
        tunnels,
        listeners,
        ip: [...devices, ...network].map(({ text }) => text),
        sysctls: Object.fromEntries(sysctls.map(({ key, value }) => [key, value])),
      }),
    ),
    cables: rebuild.cables,
    segments: rebuild.segments,
    tolerant: true,
  };
}

/** What of the snapshot a failed command was to make; null for what a later step looks at. */
function refusedFact(report: CommandReport, plans: readonly NetnsPlan[]): NotRebuilt | null {
  const [program = '', ...words] = report.argv;
  const text = report.stderr.trim();
  const why = { kind: 'refused', by: program, text } as const;
  const plan = plans.find(({ name }) => name === report.namespace);
  if (!plan) return { ...wireFact(words), why };
  switch (program) {
    case 'sysctl':
      // Read-only settings may have the right value: read back later.
      return text.endsWith('ENOENT') ? { ...settingFact(plan, words.at(-1) ?? ''), why } : null;
    case 'listen':
      return { ...placed(plan), code: 'socket', subject: `socket ${words.join(' ')}`, why };
    default: {
      // A batch that was interrupted is taken up again: what is there already is read back later.
      if (/File exists|already assigned/.test(text)) return null;
      const line = lineOf(plan, words.join(' '));
      const fact = line?.fact ?? {
        ...placed(plan),
        code: 'extra' as const,
        subject: words.join(' '),
      };
      return { ...fact, why };
    }
  }
}

function lineOf(plan: NetnsPlan, words: string): Line | undefined {
  return [...plan.devices, ...plan.network, ...plan.bridge].find(
    ({ text }) => text.trim().split(/\s+/).join(' ') === words,
  );
}

function settingFact(plan: NetnsPlan, assignment: string): Omit<NotRebuilt, 'why'> {
  const setting = plan.sysctls.find(({ key, value }) => `${key}=${value}` === assignment);
  return setting?.fact ?? { ...placed(plan), code: 'sysctl', subject: assignment };
}

function placed({ place }: NetnsPlan): Pick<NotRebuilt, 'place' | 'device' | 'family' | 'source'> {
  return { place, device: null, family: null, source: null };
}

function wireFact(words: readonly string[]): Omit<NotRebuilt, 'why'> {
  const nowhere = { device: null, family: null, source: null };
  return { ...nowhere, place: { kind: 'outside' }, code: 'wire', subject: words.join(' ') };
}

async function setRules6(lab: Lab, plan: NetnsPlan): Promise<readonly NotRebuilt[]> {
  const missing: NotRebuilt[] = [];
  for (const { text, fact } of plan.rules6) {
    const done = await runIn(lab)(plan.name, ['ip', '-6', ...text.split(' ')]);
    if (done.status === 0) continue;
    missing.push({ ...fact, why: { kind: 'refused', by: 'ip', text: done.stderr.trim() } });
  }
  return missing;
}

/** Forwarding entries: a port takes them when it forwards, and for that its other end has to be up. */
async function fillBridges(lab: Lab, plan: NetnsPlan): Promise<readonly NotRebuilt[]> {
  const lines = plan.bridge.map(({ text }) => text);
  const failed = await runBatch(runIn(lab), 'bridge', plan.name, lines);
  return failed.flatMap((report) => refusedFact(report, [plan]) ?? []);
}

/**
 * The fabrics know where their members are, as a switch does that has been there for a while: it
 * floods nothing, and no other member has to drop what is not for it.
 */
async function teachFabrics(lab: Lab, { segments }: Rebuild): Promise<void> {
  for (const { name, members } of segments) {
    const lines = members.flatMap(({ mac }, i) =>
      mac === undefined ? [] : [`fdb replace ${mac} dev port${i} master static`],
    );
    await runBatch(runIn(lab), 'bridge', `segment-${name}`, lines);
  }
}

/** Puts in saved connections, all at once and each alone where that fails. */
async function putConnections(lab: Lab, plan: NetnsPlan): Promise<readonly NotRebuilt[]> {
  if (plan.conntrack.length === 0) return [];
  const run = runIn(lab);
  const put = async (lines: readonly Line[]): Promise<CommandReport> => {
    // The program opens a file by name, and a pipe of ours has none.
    await run(null, ['tee', SAVED], lines.map(({ text }) => `${text}\n`).join(''));
    return run(plan.name, ['conntrack', '-R', SAVED]);
  };
  if ((await put(plan.conntrack)).status === 0) return [];
  const failed: { readonly line: Line; readonly text: string }[] = [];
  for (const line of plan.conntrack) {
    const done = await put([line]);
    if (done.status !== 0) failed.push({ line, text: done.stderr.trim() });
  }
  // What was put in before the first failure, or came by itself, cannot be put in again.
  const { stdout } = await run(plan.name, ['conntrack', '-L', '-o', 'extended']);
  return failed
    .filter(({ line }) => !stdout.includes(line.fact.subject.replace(/^connection /, '')))
    .map(({ line, text }) => ({ ...line.fact, why: { kind: 'refused', by: 'conntrack', text } }));
}

/** In the laboratory's own /run, which nobody else sees. */
const SAVED = '/run/hookline-connections';
