import type { Connection } from '../kernel/conntrack/connection.ts';
import type { Decider, Option, Question } from '../kernel/decide.ts';
import type { DeviceRef } from '../kernel/device/device.ts';
import type { WireguardEndpoint } from '../kernel/device/tunnel-settings.ts';
import type { Run, UnsupportedUse } from '../kernel/run.ts';
import type { HookVisit, Step } from '../kernel/step.ts';

/** An answer a run was given. */
export interface Answer {
  readonly question: Question;
  readonly option: Option;
  /** How many options the tracer follows at this question. */
  readonly followed: number;
}

/** A run that keeps what the model leaves behind. */
export interface RunRecord extends Run {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly unsupportedUses: readonly UnsupportedUse[];
  /** Neighbours that packets of this run made known, by namespace, device and address. */
  readonly learnt: Map<string, DeviceRef>;
  /** Where peers of WireGuard were seen last in this run, by namespace, device and public key. */
  readonly endpoints: Map<string, WireguardEndpoint>;
  /** The steps since the last call, and a new sheet. */
  takeSteps(): readonly Step[];
  /** The hooks that were met since the last call, and a new sheet. */
  takeVisits(): readonly HookVisit[];
  /** The connection tables used so far, by namespace key. */
  tables(): ReadonlyMap<string, Connection[]>;
}

/**
 * Starts a run.
 * @param choose picks among the options that are followed; called once per question id.
 */
export function startRun(
  choose: (question: Question) => { readonly option: Option; readonly followed: number },
): RunRecord {
  const answers = new Map<string, Answer>();
  const unsupportedUses: UnsupportedUse[] = [];
  const tables = new Map<string, Connection[]>();
  let steps: Step[] = [];
  let visits: HookVisit[] = [];
  const decider: Decider = {
    decide(question) {
      const known = answers.get(question.id);
      if (known) return known.option;
      const { option, followed } = choose(question);
      answers.set(question.id, { question, option, followed });
      return option;
    },
  };
  return {
    decider,
    answers,
    unsupportedUses,
    learnt: new Map(),
    endpoints: new Map(),
    record(step) {
      steps.push(step);
    },
    visit(visit) {
      visits.push(visit);
    },
    connections(netns) {
      let table = tables.get(netns);
      if (!table) {
        table = [];
        tables.set(netns, table);
      }
      return table;
    },
    unsupported(what) {
      unsupportedUses.push(what);
    },
    takeSteps() {
      const taken = steps;
      steps = [];
      return taken;
    },
    takeVisits() {
      const taken = visits;
      visits = [];
      return taken;
    },
    tables: () => tables,
  };
}
