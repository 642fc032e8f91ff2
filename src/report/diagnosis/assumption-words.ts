import type { Assumption } from '../../trace/trace.ts';
import { assumptionLine } from '../trace/assumption-lines.ts';
import { assumptionJson } from '../trace/to-json.ts';

/** What one must assume, e.g. `if n2: sysctl: net.ipv4.conf.all.rp_filter = 1`. */
export function assumptionWords(assumptions: readonly Assumption[]): string {
  return `if ${assumptions.map((one) => assumptionLine(assumptionJson(one))).join(', and ')}`;
}
