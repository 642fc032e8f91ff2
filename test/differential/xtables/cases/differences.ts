import { describePacket, grown, type Saves } from './host.ts';
import type { Said } from './model.ts';
import type { Arriving } from './packets.ts';

/** Each rule that the model and the kernel do not agree on, with the packets for which they do not. */
export function differencesOf(
  packets: readonly Arriving[],
  saves: readonly Saves[],
  said: readonly Said[],
): readonly (readonly [rule: string, packets: readonly string[]])[] {
  const differences = new Map<string, string[]>();
  packets.forEach(({ packet }, i) => {
    const family = packet.source.family;
    const seen = grown(saves[i]?.[family] ?? '', saves[i + 1]?.[family] ?? '');
    const expected = said[i]?.rules ?? [];
    const note = (rule: string, who: string): void => {
      const key = `IPv${family} ${rule}`;
      differences.set(key, [
        ...(differences.get(key) ?? []),
        `only the ${who}: ${i} ${describePacket(packet)}`,
      ]);
    };
    for (const rule of seen) if (!expected.includes(rule)) note(rule, 'kernel');
    for (const rule of expected) if (!seen.includes(rule)) note(rule, 'model');
  });
  return [...differences];
}
