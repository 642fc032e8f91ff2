import { type TargetModel, unchanged } from './target-model.ts';

/**
 * A target that copies, counts or labels the packet and lets it go on as it was: NFLOG, TRACE,
 * CHECKSUM, CLASSIFY and others.
 */
export interface SideEffectTarget {
  readonly kind: 'side-effect';
  readonly name: string;
  /** The options as they were read. */
  readonly options: string;
}

export const sideEffectTarget: TargetModel<SideEffectTarget> = {
  support: () => 'no-effect',
  apply: (_target, context) => unchanged(context),
};
