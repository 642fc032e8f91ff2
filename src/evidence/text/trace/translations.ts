import type { TraceStep } from './trace-draft.ts';

/**
 * Which traced packets a rule has translated since their headers were printed. The kernel prints
 * them again only with the next table that has more to say than a policy.
 */
export interface Translations {
  /** Whether the packet's headers at this step are other ones than were printed. */
  changed(step: TraceStep): boolean;
  decided(step: TraceStep): void;
  /** The packet's headers are printed now. */
  printed(id: string): void;
}

/** Native statements, and the targets of xtables. */
const TRANSLATES = /\b(?:dnat|snat|masquerade|redirect|-j (?:DNAT|SNAT|MASQUERADE|REDIRECT))\b/;
const MAX_TRANSLATED = 4096;

export function translations(): Translations {
  const tables = new Map<string, string>();
  const tableOf = ({ family, table }: TraceStep): string => `${family} ${table}`;
  return {
    changed(step): boolean {
      const table = tables.get(step.id);
      return table !== undefined && table !== tableOf(step);
    },
    decided(step): void {
      if (!TRANSLATES.test(step.ruleText ?? '')) return;
      if (tables.size > MAX_TRANSLATED) tables.clear();
      tables.set(step.id, tableOf(step));
    },
    printed(id): void {
      tables.delete(id);
    },
  };
}
