import { formatAddress } from '../../packet/address.ts';
import { type Packet, ports } from '../../packet/packet.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import type { Assumption, Outcome } from '../../trace/trace.ts';
import { command } from '../command.ts';
import type { Command, ExperimentStep, Hypothesis } from '../diagnosis.ts';

const COST = 1;

/**
 * Reads of the facts that hypotheses assume: whoever looks has the answer at once. What one of
 * them expects, the others expect not to be.
 */
export function factSteps(hypotheses: readonly Hypothesis[]): readonly ExperimentStep[] {
  const steps = new Map<string, ExperimentStep>();
  for (const { outcome, assumptions } of hypotheses) {
    for (const assumption of assumptions) {
      const read = readingOf(assumption, sentPacket(outcome));
      if (!read || steps.has(assumption.questionId)) continue;
      steps.set(assumption.questionId, {
        id: `fact:${assumption.questionId}`,
        cost: COST,
        commands: [read],
        predictions: hypotheses.map((hypothesis) => ({
          hypothesis: hypothesis.id,
          expect: assumes(hypothesis, assumption) ? assumption.value : `not ${assumption.value}`,
        })),
      });
    }
  }
  return [...steps.values()];
}

/** The first packet with the source that its socket got, before any translation. */
function sentPacket({ packets }: Outcome): Packet | undefined {
  const steps = packets[0]?.steps ?? [];
  return (steps.find(({ action }) => action.kind === 'socket') ?? steps[0])?.skb.packet;
}

function assumes(hypothesis: Hypothesis, { questionId, value }: Assumption): boolean {
  return hypothesis.assumptions.some(
    (other) => other.questionId === questionId && other.value === value,
  );
}

/** The command that reads a fact, or null when no command on a node can. */
function readingOf(assumption: Assumption, first: Packet | undefined): Command | null {
  const { where, subject, topic } = assumption;
  if (!where) return null;
  switch (topic) {
    case 'sysctl':
      return command(where, ['sysctl', ...withAll(subject)]);
    case 'route':
      return command(where, ['ip', 'route', 'get', subject]);
    case 'routing-rule':
      return command(where, ['ip', 'rule', 'show']);
    case 'ruleset':
    case 'match':
    case 'target':
      return command(where, ['iptables-save', '-c']);
    case 'ipset':
      return command(where, ['ipset', 'save']);
    case 'neighbour':
      return command(where, ['ip', 'neigh', 'show']);
    case 'socket':
      return command(where, ['ss', '-Hnltu']);
    case 'mtu':
    case 'device':
    case 'interface-address':
      return command(where, ['ip', '-d', 'addr', 'show']);
    case 'conntrack-entry':
      return first ? entryReading(where, first) : null;
    case 'conntrack-table':
      return command(where, ['sysctl', '-ar', 'nf_conntrack_(count|max)']);
    case 'endpoint-pod':
    case 'hook-order':
    case 'multipath':
    case 'nat-address':
    case 'node':
    case 'port':
    case 'random-match':
    case 'service':
    case 'underlay':
      return null;
  }
}

function entryReading(where: NetnsRef, first: Packet): Command {
  const { dport } = ports(first);
  const option = dport === 0 ? [] : ['--orig-port-dst', String(dport)];
  const protocol = first.transport.kind === 'other' ? [] : ['-p', first.transport.kind];
  return command(where, [
    'conntrack',
    '-L',
    ...protocol,
    '--orig-src',
    formatAddress(first.source),
    '--orig-dst',
    formatAddress(first.destination),
    ...option,
  ]);
}

/** A device's setting takes effect together with `all`. */
function withAll(key: string): readonly string[] {
  const match = /^(net\.ipv4\.conf\.)(.+)(\.[a-z_]+)$/.exec(key);
  if (!match || match[2] === 'all') return [key];
  return [`${match[1]}all${match[3]}`, key];
}

/** Names a namespace for a step's id. */
export function stepPlace(where: NetnsRef, device: string): string {
  return `${netnsKey(where)}:${device}`;
}
