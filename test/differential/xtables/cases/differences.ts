import { describePacket, grown, type Saves } from './host.ts';
import type { Said } from './model.ts';
import type { Arriving } from './packets.ts';
import type { Pass } from './passes.ts';

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

/** Matches of which no rule counted a packet, or each counted all: their cases say too little. */
export function oneSided(pass: Pass, saves: readonly Saves[]): readonly string[] {
  const [first] = saves;
  const last = saves.at(-1);
  if (!first || !last) return ['nothing was saved'];
  const sides = new Map<string, Set<'some' | 'fewer'>>();
  for (const family of [4, 6] as const) {
    const sent = pass.packets.filter(({ packet }) => packet.source.family === family).length;
    for (const line of last[family].split('\n')) {
      const [, packets, rule = ''] = /^\[(\d+):\d+\] -A \S+ (.*)$/.exec(line) ?? [];
      for (const [, name = ''] of rule.matchAll(/-m (\S+)/g)) {
        const seen = sides.get(name) ?? new Set();
        sides.set(name, seen);
        if (Number(packets) > 0) seen.add('some');
        if (Number(packets) < sent) seen.add('fewer');
      }
    }
  }
  return [...sides].flatMap(([name, seen]) =>
    seen.size < 2 && !pass.oneSided.includes(name) ? [name] : [],
  );
}
