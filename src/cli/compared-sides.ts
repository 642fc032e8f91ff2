import { compareEvidence } from '../report/compare/compare-evidence.ts';
import { compareTraces } from '../report/compare/compare-traces.ts';
import type { Comparison } from '../report/compare/comparison.ts';
import { traceJson } from '../report/trace/to-json.ts';
import type { TraceJson } from '../report/trace/trace-json.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { usageFailure } from './failure.ts';
import { type FlowText, readFlowText } from './flow-text.ts';
import { readFlowWords } from './flow-words.ts';
import type { Io } from './io.ts';
import { loadEvidence } from './load-evidence.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { loadTrace } from './load-trace.ts';
import { resolveFlow } from './resolve-flow.ts';
import { traceStated } from './trace-stated.ts';

/** Compares two traces: files of `trace --json`, or flows through a snapshot in flow words. */
export async function compareFlowsOf(
  sides: readonly [a: string, b: string],
  folder: string | null,
  shared: FlowText,
  io: Io,
): Promise<Comparison> {
  const isFlow = (text: string): boolean => text.includes('=');
  if (folder === null && sides.some(isFlow)) {
    throw usageFailure('a flow needs --snapshot FOLDER to be traced in');
  }
  const requests = sides.map((text) =>
    isFlow(text) ? readFlowText(readFlowWords(text, shared)) : null,
  );
  const unused = Object.keys(shared)[0];
  if (unused !== undefined && !sides.some(isFlow)) {
    throw usageFailure(`--${unused} says nothing about saved traces`);
  }
  const snapshot: Snapshot | null = folder === null ? null : await loadSnapshot(folder, io);
  const traces: TraceJson[] = [];
  for (const [index, text] of sides.entries()) {
    const request = requests[index];
    traces.push(
      request && snapshot
        ? traceJson(traceStated(snapshot.network, resolveFlow(snapshot, request)))
        : await loadTrace(text),
    );
  }
  const [a, b] = traces;
  if (!a || !b) throw new Error('two sides make two traces');
  return compareTraces(a, b);
}

/** Compares two conversations of evidence by the numbers that `evidence` prints. */
export async function compareConversationsOf(
  sides: readonly [a: string, b: string],
  paths: readonly string[],
  io: Io,
): Promise<Comparison> {
  const evidence = await loadEvidence(paths, io);
  const { conversations } = evidence;
  const [a, b] = sides.map((text) => {
    const found = conversations.find(({ id }) => String(id) === text.replace(/^#/, ''));
    if (found) return found;
    const known = conversations.map(({ id }) => id).join(', ');
    throw usageFailure(`no conversation '${text}' in the evidence; it has ${known || 'none'}`);
  });
  if (!a || !b) throw new Error('two sides make two conversations');
  return compareEvidence(a, b, evidence);
}
