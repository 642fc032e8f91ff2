import type { ObservedPacket } from '../../evidence/observation.ts';
import type { ObservedFlow } from '../incident/incident-run.ts';
import { plain } from '../json/plain.ts';
import type { FlowJson, OutcomeJson } from '../trace/trace-json.ts';
import type { KernelView, MissingView, PlaceView, ReplayView } from './replay-view.ts';
import { irrelevanceWords, whyWords } from './words.ts';

export const REPLAY_SCHEMA = 'hookline/replay/v1';

/** A replay as other programs read it. */
export interface ReplayJson {
  readonly schema: typeof REPLAY_SCHEMA;
  readonly flow: FlowJson;
  readonly verdict: ReplayView['verdict'];
  readonly agreement: {
    readonly verdict: 'agree' | 'disagree' | 'undetermined';
    readonly outcome: number | null;
    readonly differences: readonly Kinded[];
    readonly questions: readonly Kinded[];
    readonly unseen: readonly string[];
  };
  readonly kernel: KernelJson;
  readonly model: { readonly verdict: string; readonly outcomes: readonly OutcomeJson[] };
  readonly notRebuilt: readonly MissingJson[];
  readonly standIns: readonly StandInJson[];
  readonly captureFiles: readonly string[];
  readonly kept: { readonly pid: number; readonly namespaces: readonly string[] } | null;
}

/** Data of some kind; the other fields depend on it. */
interface Kinded {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A packet's headers, as evidence has them. */
type PacketFields = Readonly<Record<string, unknown>>;

interface KernelJson extends Omit<KernelView, 'first'> {
  readonly first:
    | (Omit<ObservedFlow, 'hooks' | 'captures' | 'drops'> & {
        readonly hooks: readonly (Omit<ObservedFlow['hooks'][number], 'before' | 'after'> & {
          readonly before: PacketFields;
          readonly after: PacketFields | null;
        })[];
        readonly captures: readonly (Omit<ObservedFlow['captures'][number], 'packet'> & {
          readonly packet: PacketFields;
        })[];
        readonly drops: readonly (Omit<ObservedFlow['drops'][number], 'packet'> & {
          readonly packet: PacketFields | null;
        })[];
      })
    | null;
}

interface SourceJson {
  readonly file: string;
  readonly line: number;
}

export interface MissingJson extends PlaceView {
  readonly code: string;
  readonly subject: string;
  readonly device: string | null;
  readonly family: 4 | 6 | null;
  readonly source: SourceJson | null;
  /** Stable: `refused`, `differs` and so on; `detail` is for people. */
  readonly why: string;
  readonly detail: string;
  /** Whether it can change what is seen of this flow; when not, why not. */
  readonly matters: boolean;
  readonly because: string | null;
}

export interface StandInJson extends PlaceView {
  readonly kind: string;
  readonly subject: string;
  readonly because: string;
  readonly source: SourceJson | null;
}

export function replayJson(
  view: ReplayView,
  kept: { readonly pid: number; readonly namespaces: readonly string[] } | null,
): ReplayJson {
  const { verdict, outcome, differences, questions, unseen } = view.agreement;
  return {
    schema: REPLAY_SCHEMA,
    flow: view.model.flow,
    verdict: view.verdict,
    agreement: {
      verdict,
      outcome,
      differences: differences.map((difference) => ({ ...plain(difference) })),
      questions: questions.map((question) => ({ ...plain(question) })),
      unseen,
    },
    kernel: kernelJson(view.kernel),
    model: { verdict: view.model.verdict, outcomes: view.model.outcomes },
    notRebuilt: view.notRebuilt.map(missingJson),
    standIns: view.standIns.map(({ kind, subject, because, node, netns, source }) => ({
      kind,
      subject,
      because,
      node,
      netns,
      source: sourceJson(source),
    })),
    captureFiles: view.captureFiles,
    kept: kept && { pid: kept.pid, namespaces: kept.namespaces },
  };
}

function kernelJson({ first, ...kernel }: KernelView): KernelJson {
  if (!first) return { ...kernel, first };
  return {
    ...kernel,
    first: {
      ...first,
      hooks: first.hooks.map(({ before, after, ...hook }) => ({
        ...hook,
        before: fields(before),
        after: after && fields(after),
      })),
      captures: first.captures.map(({ packet, ...seen }) => ({ ...seen, packet: fields(packet) })),
      drops: first.drops.map(({ packet, ...drop }) => ({
        ...drop,
        packet: packet && fields(packet),
      })),
    },
  };
}

function fields(packet: ObservedPacket): PacketFields {
  return { ...plain(packet) };
}

function missingJson(missing: MissingView): MissingJson {
  const { code, subject, device, family, node, netns, source, why, relevance } = missing;
  return {
    code,
    subject,
    node,
    netns,
    device,
    family,
    source: sourceJson(source),
    why: why.kind,
    detail: whyWords(why),
    matters: relevance.matters,
    because: relevance.matters ? null : irrelevanceWords(relevance.because),
  };
}

function sourceJson(source: MissingView['source']): SourceJson | null {
  return source && { file: source.file, line: source.line };
}
