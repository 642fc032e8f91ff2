import { type TargetModel, unchanged } from './target-model.ts';

/** `-j LOG`. Linux: log_tg(). */
export interface LogTarget {
  readonly kind: 'log';
  readonly prefix: string;
  /** syslog level; 4 (warning) is not printed. */
  readonly level: number;
  /** `--log-tcp-sequence` and the like, as printed. */
  readonly flags: readonly string[];
}

export const logTarget: TargetModel<LogTarget> = {
  support: () => 'no-effect',
  apply: (_target, context) => unchanged(context),
};
