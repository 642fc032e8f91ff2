import type { NotRebuilt } from '../rebuild.ts';
import { differs } from './differs.ts';
import type { BothStates } from './verify.ts';

/** Settings by what the kernel holds now; a key that it lacks was named when it was written. */
export function compareSysctls({ plan, found }: BothStates): readonly NotRebuilt[] {
  const text = found.files.get('sysctl')?.text;
  if (text === undefined) return [];
  const there = new Map(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf(' = ');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 3).trim()] as const];
    }),
  );
  return plan.sysctls.flatMap(({ key, value, fact }): readonly NotRebuilt[] => {
    const now = there.get(key);
    return now === undefined || words(now) === words(value) ? [] : [differs(fact, value, now)];
  });
}

function words(value: string): string {
  return value.split(/\s+/).join(' ');
}
