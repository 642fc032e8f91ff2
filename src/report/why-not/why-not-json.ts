import type { FieldCheck } from '../../kernel/netfilter/explain/field-check.ts';
import { netnsKey } from '../../packet/place.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { Meeting, TakenBy } from '../../trace/why-not/meeting.ts';
import { type RuleAt, type RuleTarget, ruleOf } from '../../trace/why-not/rule-target.ts';
import type { Decision, Described, Way, WhyNot } from '../../trace/why-not/why-not.ts';
import { place } from '../trace/header-fields.ts';
import { flowJson } from '../trace/to-json.ts';
import type { FlowJson } from '../trace/trace-json.ts';

export const WHY_NOT_SCHEMA = 'hookline/why-not/v1';

/** What `why-not --json` prints. */
export interface WhyNotJson {
  readonly schema: typeof WHY_NOT_SCHEMA;
  readonly flow: FlowJson;
  readonly target: TargetJson;
  readonly verdict: WhyNot['verdict'];
  readonly ways: readonly WayJson[];
  readonly unsupported: readonly {
    readonly construct: string;
    readonly source: PlaceJson | null;
  }[];
  readonly truncated: boolean;
}

export interface PlaceJson {
  readonly file: string;
  readonly line: number;
}

export interface TargetJson {
  readonly node: string;
  readonly netns: string | null;
  readonly table: string;
  readonly chain: string;
  /** From 1; null when the chain is asked about. */
  readonly number: number | null;
  readonly rule: string | null;
  readonly source: PlaceJson | null;
}

export interface WayJson {
  readonly probability: number;
  readonly packet: PacketJson | null;
  readonly meeting: MeetingJson;
  readonly others: readonly PacketJson[];
  readonly decidedBy: readonly Decision[];
}

export interface PacketJson {
  readonly direction: 'original' | 'reply';
  readonly kind: string;
  readonly disposition: string;
  readonly dropReason: string | null;
  readonly at: string | null;
  /** Not the packet itself, but the one that carries it through a tunnel. */
  readonly carrier: boolean;
}

export interface MeetingJson {
  readonly kind: Meeting['kind'];
  readonly hook: string | null;
  readonly checks: readonly FieldCheck[];
  /** `not-called`: the rules that lead to the chain. */
  readonly callers: readonly CallerJson[];
  /** `taken`: what ended the packet's walk before. */
  readonly takenBy: TakenJson | null;
  /** `other-hooks`: where the chain can be reached from, and what the packet passed. */
  readonly wantedHooks: readonly string[];
  readonly passedHooks: readonly string[];
  /** `nat-passed-by`. */
  readonly because: string | null;
}

export interface CallerJson {
  readonly called: string;
  readonly chain: string;
  readonly number: number;
  readonly rule: string;
  readonly source: PlaceJson;
  readonly checks: readonly FieldCheck[];
  readonly ledTo: string | null;
  readonly keys: readonly string[];
}

export interface TakenJson {
  readonly table: string;
  readonly chain: string;
  readonly rule: string | null;
  readonly verdict: string;
  readonly source: PlaceJson | null;
}

/** The result in its published form. */
export function whyNotJson(result: WhyNot): WhyNotJson {
  return {
    schema: WHY_NOT_SCHEMA,
    flow: flowJson(result.flow),
    target: targetJson(result.target),
    verdict: result.verdict,
    ways: result.ways.map(wayJson),
    unsupported: result.unsupported.map(({ construct, source }) => ({
      construct,
      source: source && place(source),
    })),
    truncated: result.truncated,
  };
}

function targetJson(target: RuleTarget): TargetJson {
  const rule = ruleOf(target);
  const { where, chain, position } = target;
  return {
    node: where.node,
    netns: where.netns,
    table: target.kind === 'xt' ? target.table.name : `${target.table.family} ${target.table.name}`,
    chain,
    number: position === null ? null : position + 1,
    rule: rule?.text ?? null,
    source: rule && place(rule.source),
  };
}

function wayJson({ probability, packet, meeting, others, decidedBy }: Way): WayJson {
  return {
    probability,
    packet: packet && packetJson(packet),
    meeting: meetingJson(meeting),
    others: others.map(packetJson),
    decidedBy,
  };
}

function packetJson({ at, ...packet }: Described): PacketJson {
  return { ...packet, at: at && netnsKey(at) };
}

function meetingJson(meeting: Meeting): MeetingJson {
  return {
    kind: meeting.kind,
    hook: 'hook' in meeting ? meeting.hook : null,
    checks: 'checks' in meeting ? meeting.checks : [],
    callers:
      meeting.kind === 'not-called'
        ? meeting.callers.map(({ called, caller, checks, ledTo, keys }) => ({
            called,
            ...ruleJson(caller),
            checks,
            ledTo,
            keys,
          }))
        : [],
    takenBy: meeting.kind === 'taken' ? takenJson(meeting.by) : null,
    wantedHooks: meeting.kind === 'other-hooks' ? meeting.wanted : [],
    passedHooks: meeting.kind === 'other-hooks' ? meeting.passed : [],
    because: meeting.kind === 'nat-passed-by' ? meeting.because : null,
  };
}

function ruleJson({
  chain,
  position,
  rule,
}: RuleAt): Pick<CallerJson, 'chain' | 'number' | 'rule' | 'source'> {
  return { chain, number: position + 1, rule: rule.text, source: place(rule.source) };
}

function takenJson({ table, chain, hit, verdict }: TakenBy): TakenJson {
  const source: SourceRef | null = hit?.source ?? null;
  return { table, chain, rule: hit?.rule ?? null, verdict, source: source && place(source) };
}
