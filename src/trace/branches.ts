import type { Option, Question } from '../kernel/decide.ts';
import { type RunRecord, startRun } from './run-record.ts';

/** One run and how likely its free choices are. */
export interface Branch<T> {
  readonly result: T;
  readonly record: RunRecord;
  /** Product over its random choices, 0..1; open questions count evenly. */
  readonly probability: number;
}

export interface Branches<T> {
  readonly branches: readonly Branch<T>[];
  readonly truncated: boolean;
}

/**
 * Runs `body` once for every combination of answers that is followed: all options of random
 * choices, the cost-free ones of unknowns, and just the given answer where `answers` fixes one.
 * Depth first; the number of runs is bounded by `limit`.
 */
export function explore<T>(
  body: (record: RunRecord) => T,
  answers: ReadonlyMap<string, string>,
  limit: number,
): Branches<T> {
  const branches: Branch<T>[] = [];
  // The option index taken at each question of the current run, in the order they were asked.
  let script: { index: number; count: number }[] = [];
  while (true) {
    let asked = 0;
    let probability = 1;
    const record = startRun((question) => {
      const options = followedOptions(question, answers);
      const position = asked++;
      if (position === script.length) script.push({ index: 0, count: options.length });
      const option = options[script[position]?.index ?? 0] ?? firstOption(question);
      if (options.length > 1) {
        probability *= question.kind === 'random' ? option.probability : 1 / options.length;
      }
      return { option, followed: options.length };
    });
    const result = body(record);
    branches.push({ result, record, probability });
    script = script.slice(0, asked);
    while (script.length > 0) {
      const last = script[script.length - 1];
      if (last && last.index + 1 < last.count) {
        last.index++;
        break;
      }
      script.pop();
    }
    if (script.length === 0) return { branches, truncated: false };
    if (branches.length >= limit) return { branches, truncated: true };
  }
}

function followedOptions(
  question: Question,
  answers: ReadonlyMap<string, string>,
): readonly Option[] {
  const fixed = answers.get(question.id);
  if (fixed !== undefined) {
    const option = question.options.find((candidate) => candidate.value === fixed);
    if (option) return [option];
  }
  const followed =
    question.kind === 'random'
      ? question.options.filter((option) => option.probability > 0)
      : question.options.filter((option) => option.cost === 0);
  return followed.length > 0 ? followed : [firstOption(question)];
}

function firstOption(question: Question): Option {
  const option = question.options[0];
  if (!option) throw new Error(`question ${question.id} has no options`);
  return option;
}
