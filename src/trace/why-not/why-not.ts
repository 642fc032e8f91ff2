import { firstFailed } from '../../kernel/netfilter/explain/field-check.ts';
import type { NftRule } from '../../kernel/netfilter/nft/table.ts';
import type { XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import type { Network } from '../../kernel/network.ts';
import type { UnsupportedUse } from '../../kernel/run.ts';
import type { Flow } from '../../packet/flow.ts';
import { sameNetns } from '../../packet/place.ts';
import { type Branch, explore } from '../branches.ts';
import { type Exchange, exchange } from '../exchange.ts';
import type { Answer } from '../run-record.ts';
import type { PacketTrace } from '../trace.ts';
import { type Asked, type Meeting, meetingOf } from './meeting.ts';
import { callers, type RuleTarget, ruleOf } from './rule-target.ts';
import { type SeenByStep, watchedRun } from './watched-run.ts';

/** Why a rule did not match the packets of a flow, or that it did. */
export interface WhyNot {
  readonly flow: Flow;
  readonly target: RuleTarget;
  /** `chance`: the kernel's random choice decides. `undetermined`: an unknown fact does. */
  readonly verdict: 'matched' | 'not-matched' | 'chance' | 'undetermined';
  /** Branches that come to the same are grouped; the likeliest first. */
  readonly ways: readonly Way[];
  readonly unsupported: readonly UnsupportedUse[];
  readonly truncated: boolean;
}

export interface Way {
  readonly probability: number;
  readonly meeting: Meeting;
  /** The packet that is asked about; null when the flow never came to it. */
  readonly packet: Described | null;
  /** Other packets of the exchange that the rule matched. */
  readonly others: readonly Described[];
  /** Answers that no fact gives and that another way answers differently. */
  readonly decidedBy: readonly Decision[];
}

export interface Described
  extends Pick<PacketTrace, 'direction' | 'kind' | 'disposition' | 'dropReason' | 'at'> {
  /** Not the packet itself, but the one that carries it through a tunnel. */
  readonly carrier: boolean;
}

export interface Decision {
  readonly kind: 'random' | 'unknown';
  readonly topic: string;
  readonly subject: string;
  readonly value: string;
}

const MAX_BRANCHES = 256;

/** Sends a flow through the model and tells what became of a rule, or of a chain. */
export function whyNot(
  network: Network,
  flow: Flow,
  target: RuleTarget,
  which: 'original' | 'reply' = 'original',
): WhyNot {
  const called = callers(target);
  const watched = watchedRules(target, called);
  const { branches, truncated } = explore(
    (run) => {
      const watching = watchedRun(run, watched);
      return { ...exchange({ network, run: watching.run }, flow), seen: watching.seen };
    },
    new Map(),
    MAX_BRANCHES,
  );
  const ways = group(branches, { target, callers: called }, which);
  return {
    flow,
    target,
    verdict: verdictOf(ways, truncated),
    ways,
    unsupported: branches
      .flatMap(({ record }) => record.unsupportedUses)
      .filter(
        (use, index, all) =>
          sameNetns(use.where, target.where) &&
          all.findIndex((other) => keyOf(other) === keyOf(use)) === index,
      ),
    truncated,
  };
}

function keyOf({ construct, source }: UnsupportedUse): string {
  return `${construct} ${source?.file ?? ''}:${source?.line ?? ''}`;
}

/** The rule, and every rule on a way to its chain. */
function watchedRules(target: RuleTarget, called: Asked['callers']): ReadonlySet<XtRule | NftRule> {
  const rules = new Set<XtRule | NftRule>();
  const own = ruleOf(target);
  if (own) rules.add(own);
  const seen = new Set<string>();
  const open = [target.chain];
  for (let chain = open.pop(); chain !== undefined; chain = open.pop()) {
    if (seen.has(chain)) continue;
    seen.add(chain);
    for (const caller of called.get(chain) ?? []) {
      rules.add(caller.rule);
      open.push(caller.chain);
    }
  }
  return rules;
}

type Watched = Exchange & { readonly seen: SeenByStep };

function group(
  branches: readonly Branch<Watched>[],
  asked: Omit<Asked, 'seen'>,
  which: 'original' | 'reply',
): readonly Way[] {
  const groups = new Map<string, { way: Way; best: number; answers: readonly Answer[] }>();
  for (const { result, record, probability } of branches) {
    const packet = result.packets.find(({ direction }) => direction === which);
    const whole = { ...asked, seen: result.seen };
    const meeting: Meeting = packet ? meetingOf(packet, whole) : { kind: 'no-packet' };
    const others = result.packets.flatMap((other) => [
      ...(other !== packet && isMatch(meetingOf(other, whole)) ? [described(other, false)] : []),
      ...(isMatch(meetingOf(other, whole, true)) ? [described(other, true)] : []),
    ]);
    const key = meetingKey(meeting);
    const known = groups.get(key);
    const share = Math.min(1, (known?.way.probability ?? 0) + probability);
    if (known && known.best >= probability) {
      known.way = { ...known.way, probability: share };
      continue;
    }
    groups.set(key, {
      best: probability,
      answers: [...record.answers.values()].filter(({ followed }) => followed > 1),
      way: {
        probability: share,
        meeting,
        packet: packet ? described(packet, false) : null,
        others,
        decidedBy: [],
      },
    });
  }
  const several = groups.size > 1;
  return [...groups.values()]
    .map(({ way, answers }) => ({ ...way, decidedBy: several ? answers.map(decision) : [] }))
    .sort((a, b) => b.probability - a.probability);
}

function described(
  { direction, kind, disposition, dropReason, at }: PacketTrace,
  carrier: boolean,
): Described {
  return { direction, kind, disposition, dropReason, at, carrier };
}

function decision({ question, option }: Answer): Decision {
  const { kind, topic, subject } = question;
  return { kind, topic, subject, value: option.value };
}

function meetingKey(meeting: Meeting): string {
  switch (meeting.kind) {
    case 'matched':
    case 'failed':
      return `${meeting.kind} ${meeting.hook} ${firstFailed(meeting.checks)?.text ?? ''}`;
    case 'not-called':
      return `not-called ${meeting.hook} ${meeting.callers.map(({ checks }) => firstFailed(checks)?.text ?? '').join('|')}`;
    case 'taken':
      return `taken ${meeting.hook} ${meeting.by.hit?.rule ?? meeting.by.verdict}`;
    case 'nat-passed-by':
      return `nat ${meeting.hook} ${meeting.because}`;
    default:
      return meeting.kind;
  }
}

export function isMatch({ kind }: Meeting): boolean {
  return kind === 'matched' || kind === 'entered';
}

function verdictOf(ways: readonly Way[], truncated: boolean): WhyNot['verdict'] {
  const matched = ways.filter(({ meeting }) => isMatch(meeting)).length;
  if (truncated) return 'undetermined';
  if (matched === ways.length) return 'matched';
  if (matched === 0) return 'not-matched';
  const open = ways.some(({ decidedBy }) => decidedBy.some(({ kind }) => kind === 'unknown'));
  return open ? 'undetermined' : 'chance';
}
