import type { ClientOutcome, Mismatch } from './incident-run.ts';

/** One incident, held against the kernel in every respect. */
export interface Verification {
  readonly id: string;
  readonly title: string;
  readonly kernel: string;
  /** Null: it was verified. Otherwise why it cannot run here. */
  readonly notHere: string | null;
  /** Empty when the kernel does what the recipe says. */
  readonly mismatches: readonly Mismatch[];
  /** The model beside the kernel, for the flow and for its control. */
  readonly agreement: readonly AgreementOf[];
  readonly diagnosis: DiagnosisOf | null;
  readonly fixes: readonly FixTrial[];
  /** What is wrong, by code; empty when the incident holds. */
  readonly faults: readonly Fault[];
}

export interface AgreementOf {
  readonly flow: 'flow' | 'control';
  readonly kind: 'agree' | 'disagree' | 'open';
  /** Differences or open questions, as words. */
  readonly details: readonly string[];
}

interface DiagnosisOf {
  readonly verdict: string;
  readonly proven: boolean;
  /** Cause ids, the likeliest first. */
  readonly causes: readonly string[];
}

/** A fix whose commands were run on the kernel, and taken back. */
export interface FixTrial {
  /** A fix of `diagnose` by its id, or a cure of the recipe by its title. */
  readonly name: string;
  readonly from: 'diagnosis' | 'recipe';
  readonly verified: {
    readonly model: 'cures' | 'fails' | 'not-run';
    readonly kernel: 'cures' | 'fails' | 'not-run';
  };
  /** True when the fix is for the cause that the recipe names. */
  readonly forThisCause: boolean;
  readonly flow: ClientOutcome | null;
  readonly control: ClientOutcome | null;
  /** Commands that failed, with their words. */
  readonly failed: readonly string[];
  readonly undo: {
    /** Settings that are not what they were: files of the snapshot. */
    readonly differs: readonly string[];
    /** What the flow does afterwards: the same as before. */
    readonly flow: ClientOutcome | null;
  };
}

export type Fault =
  | 'not-reproduced'
  | 'model-disagrees'
  | 'cause-not-named'
  | 'fix-not-proposed'
  | 'fix-fails'
  | 'fix-breaks-control'
  | 'undo-incomplete';
