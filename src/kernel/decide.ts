import type { NetnsRef } from '../packet/place.ts';

/**
 * How the model meets what it does not know. Whenever a fact is missing, or the kernel chooses
 * at random, model code asks a question and goes on with the option it is given. The tracer
 * answers: it runs the flow once per combination of answers it wants to follow, so every branch
 * is a plain run of plain code, and carries the answers it depended on as its assumptions.
 *
 * Two questions with the same id in one run get the same answer: a fact does not change while a
 * packet travels. Random choices that are made anew each time must therefore put what
 * distinguishes them (rule, connection) into the id.
 */
export interface Question {
  /** Stable and unique per fact, e.g. `sysctl:n2:net.ipv4.conf.flannel0.rp_filter`. */
  readonly id: string;
  readonly kind: 'unknown' | 'random';
  readonly topic: Topic;
  readonly where: NetnsRef | null;
  /** What exactly is unknown, for the reader: a sysctl key, a rule's text, a segment's name. */
  readonly subject: string;
  /** The first option is the default. Never empty. */
  readonly options: readonly Option[];
}

/** What a question is about. A cause recognises its hypothesis by topic and option. */
export type Topic =
  | 'conntrack-entry' // is a connection's entry still there when the next packet comes
  | 'conntrack-table' // is there room for a connection, did a helper announce it
  | 'device' // a device's kind, state or behaviour is unknown or unsupported
  | 'endpoint-pod' // an uncaptured pod: does it exist, does it listen
  | 'hook-order' // two hook functions of one priority
  | 'interface-address'
  | 'ipset'
  | 'match' // a match without the fact it needs, or an unsupported match
  | 'mtu'
  | 'multipath' // which leg of a multipath route
  | 'nat-address' // which address of a NAT range the kernel picks
  | 'neighbour'
  | 'node' // an uncaptured node
  | 'port' // a port the kernel picks
  | 'random-match' // -m statistic, numgen
  | 'route' // a routing table that was not collected
  | 'routing-rule'
  | 'ruleset' // a netfilter ruleset that was not collected
  | 'service' // how a Service is implemented
  | 'socket' // sockets that were not collected
  | 'sysctl'
  | 'target' // an unsupported target
  | 'underlay'; // what the fabric between nodes does

export interface Option {
  /** The answer, e.g. `1` for a sysctl, `yes`/`no` for a match, `pass`/`drop` for an underlay. */
  readonly value: string;
  /** For a random choice: how often the kernel takes it, 0..1. For an unknown: 1. */
  readonly probability: number;
  /**
   * For an unknown: how far this answer is from what one expects. 0 is the default; 1 a common
   * deviation (strict rp_filter on a distribution that sets it); 10 a rare one.
   */
  readonly cost: number;
}

/** Answers questions; see `Question`. The answer is one of the question's options. */
export interface Decider {
  decide(question: Question): Option;
}

/** Yes, no, or a question that must be decided first. */
export type Ternary = 'yes' | 'no' | 'unknown';

/** The two answers of a yes-no question; the default first. */
export function yesNo(defaultAnswer: 'yes' | 'no', otherCost: number): readonly Option[] {
  const other = defaultAnswer === 'yes' ? 'no' : 'yes';
  return [
    { value: defaultAnswer, probability: 1, cost: 0 },
    { value: other, probability: 1, cost: otherCost },
  ];
}

/** Asks a yes-no question whose answer nothing makes likelier; both answers are followed. */
export const OPEN_QUESTION: readonly Option[] = [
  { value: 'yes', probability: 1, cost: 0 },
  { value: 'no', probability: 1, cost: 0 },
];
