import type { StatementReader } from './statement-reader.ts';

/** `notrack`. */
export const readNotrack: StatementReader = () => ({
  node: { kind: 'notrack' },
  text: 'notrack',
});
