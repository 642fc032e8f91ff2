import type { Hypothesis, StepSupport } from '../../diagnosis/diagnosis.ts';
import { PACKET_NAMES } from '../trace/words.ts';

const KINDS: readonly StepSupport[] = ['observed', 'inferred', 'modelled'];

/** How many steps of each packet were observed, inferred or only modelled. */
export function supportWords({ outcome, support }: Hypothesis): readonly string[] {
  return outcome.packets.map(({ kind }, index) => {
    const steps = support[index] ?? [];
    const counts = KINDS.map((each) => `${steps.filter((step) => step === each).length} ${each}`);
    return `steps of the ${PACKET_NAMES[kind] ?? kind}: ${counts.join(', ')}`;
  });
}
