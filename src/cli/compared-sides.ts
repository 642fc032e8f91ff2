import { compareAtPlaces, isAt } from '../evidence/compare/at-places.ts';
import type { Conversation, Evidence } from '../evidence/evidence.ts';
import { compareEvidence } from '../report/compare/compare-evidence.ts';
import { comparePlaces } from '../report/compare/compare-places.ts';
import { compareTraces } from '../report/compare/compare-traces.ts';
import type { Comparison } from '../report/compare/comparison.ts';
import { conversationWords, endpointWords } from '../report/evidence/words.ts';
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
  const [a, b] = sides.map((text) => conversationNamed(text, evidence));
  if (!a || !b) throw new Error('two sides make two conversations');
  return compareEvidence(a, b, evidence);
}

/** Compares what two places of the evidence saw, of all conversations or of those that are named. */
export async function comparePlacesOf(
  places: readonly [a: string, b: string],
  flows: readonly string[],
  paths: readonly string[],
  io: Io,
): Promise<Comparison> {
  const evidence = await loadEvidence(paths, io);
  for (const place of places) {
    if (evidence.observations.some((observation) => isAt(observation, place))) continue;
    const known = [...new Set(evidence.observations.map(placeName))].slice(0, 20);
    throw usageFailure(`nothing was seen at '${place}'; there is ${known.join(', ') || 'nothing'}`);
  }
  const named = flows.map((text) => conversationNamed(text, evidence));
  const conversations = named.length > 0 ? named : evidence.conversations;
  return comparePlaces(places, compareAtPlaces(conversations, ...places));
}

function placeName({ vantage, source }: Evidence['observations'][number]): string {
  const { node, netns, device, hook } = vantage;
  const step = vantage.kind === 'log' ? hook : device;
  if (node === null || step === null) return source.file;
  return [node, ...(netns === null ? [] : [netns]), step].join('/');
}

/** By its number, or by one of its ends (`10.0.0.1:40000`) when only one conversation has it. */
function conversationNamed(text: string, { conversations }: Evidence): Conversation {
  const byNumber = conversations.find(({ id }) => String(id) === text.replace(/^#/, ''));
  if (byNumber) return byNumber;
  const byEnd = conversations.filter(({ client, service, endpoint, translatedClient }) =>
    [client, service, endpoint, translatedClient].some(
      (end) => end !== null && endpointWords(end) === text,
    ),
  );
  const [only, ...others] = byEnd;
  if (only && others.length === 0) return only;
  if (only) {
    const found = byEnd.slice(0, 10).map((each) => `#${each.id} ${conversationWords(each)}`);
    throw usageFailure(`'${text}' is an end of ${byEnd.length} conversations: ${found.join('; ')}`);
  }
  const known = conversations.map(({ id }) => id).join(', ');
  throw usageFailure(`no conversation '${text}' in the evidence; it has ${known || 'none'}`);
}
