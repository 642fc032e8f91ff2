import { freshSkb } from '../../../src/kernel/answer.ts';
import type { Departure } from '../../../src/kernel/departure.ts';
import { receive } from '../../../src/kernel/input.ts';
import type { Kernel } from '../../../src/kernel/kernel.ts';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import { findOutputRoute, sendLocal } from '../../../src/kernel/output.ts';
import type { Skb } from '../../../src/kernel/skb.ts';
import type { Step as RecordedStep } from '../../../src/kernel/step.ts';
import { isIpHook } from '../../../src/linux/hook.ts';
import { ports } from '../../../src/packet/packet.ts';
import { netnsKey } from '../../../src/packet/place.ts';
import { explore } from '../../../src/trace/branches.ts';
import type { RunRecord } from '../../../src/trace/run-record.ts';
import { type Checkpoint, checkpoint } from './checkpoint.ts';
import { describeConnections } from './describe.ts';
import type { Step } from './scenario.ts';

/** What the model says of a scenario, in one branch. */
export interface Played {
  /** Per packet, where it was seen and how it looked. */
  readonly seen: readonly (readonly Checkpoint[])[];
  /** The connection table at the end. */
  readonly connections: readonly string[];
  /** Questions by topic and subject. */
  readonly asked: readonly { readonly topic: string; readonly subject: string }[];
}

/** Plays a scenario in every branch of the kernel's free choices. */
export function playModel(netns: NetnsState, steps: readonly Step[]): readonly Played[] {
  const { branches } = explore(
    (run) => {
      const kernel: Kernel = { netns, run };
      const seen = steps.map((step) => {
        playStep(kernel, step);
        return checkpointsOf(run.takeSteps());
      });
      return { seen, connections: connectionsOf(netns, run) };
    },
    new Map(),
    64,
  );
  return branches.map(({ result, record }) => ({
    ...result,
    asked: [...record.answers.values()].map(({ question }) => ({
      topic: question.topic,
      subject: question.subject,
    })),
  }));
}

function playStep(kernel: Kernel, step: Step): void {
  const skb = freshSkb(step.packet);
  if (step.kind === 'arrive') {
    receive(kernel, { skb, iif: step.iif, looped: false, prerouted: false });
    return;
  }
  loopBack(kernel, sendFrom(kernel, step));
}

function sendFrom(kernel: Kernel, { packet, bound }: Extract<Step, { kind: 'send' }>): Departure {
  const { source, destination, protocol, tos } = packet;
  const key = { destination, protocol, tos, ...ports(packet), oif: null, mark: 0, uid: 0 };
  const route = findOutputRoute(kernel, freshSkb(packet), {
    ...key,
    source: bound ? source : null,
    anySource: false,
  });
  if (route.kind === 'error') throw new Error(`no route: ${route.errno}`);
  const skb = freshSkb({ ...packet, source: route.source });
  return sendLocal(kernel, { skb, route, boundDevice: null, socket: { uid: 0, isClients: true } });
}

/** A packet sent to oneself keeps its connection while it passes through lo. */
function loopBack(kernel: Kernel, departure: Departure): void {
  if (departure.kind !== 'transmit' || departure.device !== 'lo') return;
  receive(kernel, { skb: departure.skb, iif: 'lo', looped: true, prerouted: false });
}

/**
 * How the packet looked at each hook before and after translation: at the mangle table, which
 * every scenario has, and at the hook's last step unless that refused it.
 */
function checkpointsOf(steps: readonly RecordedStep[]): readonly Checkpoint[] {
  const found: Checkpoint[] = [];
  let i = 0;
  while (i < steps.length) {
    const hook = hookOf(steps[i]);
    let end = i + 1;
    while (end < steps.length && hook !== null && hookOf(steps[end]) === hook) end++;
    const group = steps.slice(i, end);
    i = end;
    if (hook === null) continue;
    const before = group.find(({ action }) => action.kind === 'table' && action.table === 'mangle');
    const last = group.at(-1);
    const refused = refusedBeforeItsEnd(steps[end]);
    if (before) found.push(at(hook, 'before', before.skb, before.oif));
    if (last && !refused && hook !== 'forward') found.push(at(hook, 'after', last.skb, last.oif));
  }
  return found;
}

/** Confirmation comes after everything that looks, and routing after the hook. */
function refusedBeforeItsEnd(next: RecordedStep | undefined): boolean {
  const action = next?.action;
  if (action?.kind === 'reject') return true;
  return (
    action?.kind === 'drop' && action.reason === 'NETFILTER_DROP' && !action.at.endsWith(' confirm')
  );
}

function hookOf(step: RecordedStep | undefined): Checkpoint['hook'] | null {
  const action = step?.action;
  const hook =
    action && (action.kind === 'table' || action.kind === 'conntrack' || action.kind === 'nat')
      ? action.hook
      : null;
  return hook !== null && isIpHook(hook) ? hook : null;
}

function at(
  hook: Checkpoint['hook'],
  when: Checkpoint['when'],
  { packet, ct }: Skb,
  oif: string,
): Checkpoint {
  const state = ct.kind === 'tracked' ? ct.state : ct.kind === 'none' ? null : ct.kind;
  return checkpoint(hook, when, packet, state, hook === 'postrouting' ? oif : null);
}

/** The table at the end: what the run holds, and the snapshot's entries it never touched. */
function connectionsOf(netns: NetnsState, run: RunRecord): readonly string[] {
  const table = run.connections(netnsKey(netns.ref));
  const loaded = new Set(table.map(({ loadedFrom }) => loadedFrom));
  return describeConnections([
    ...table.filter(({ confirmed, dying }) => confirmed && !dying),
    ...(netns.conntrack ?? []).filter((entry) => !loaded.has(entry)),
  ]);
}
