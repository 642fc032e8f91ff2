import type { ClientOutcome, Mismatch } from './incident-run.ts';

const OUTCOMES: Readonly<Record<ClientOutcome, string>> = {
  connected: 'connected',
  stalled: 'connected, and then no answer',
  refused: 'refused',
  timeout: 'no answer',
  unreachable: 'unreachable',
  'not-permitted': 'not permitted',
};

/** `unreachable (EHOSTUNREACH)`. */
export function clientWords(outcome: ClientOutcome, errno: string | null): string {
  return `${OUTCOMES[outcome]}${errno === null ? '' : ` (${errno})`}`;
}

const SUBJECTS: Readonly<Record<Mismatch['what'], string>> = {
  client: "the client's result",
  errno: "the client's error",
  'drop-reason': 'the drop reason',
  place: 'the place of the drop',
  'source-at-endpoint': 'the source that the endpoint saw',
  control: 'the control flow',
};

export function mismatchWords({ what, expected, found }: Mismatch): string {
  return `${SUBJECTS[what]}: expected ${expected}, found ${found}`;
}
