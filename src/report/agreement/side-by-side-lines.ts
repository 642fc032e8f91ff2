import type { SideBySideRow } from '../../agreement/side-by-side.ts';
import type { VisitFacts } from '../../agreement/visit-facts.ts';

/**
 * Each hook that a packet met, once where model and kernel are the same, else in two lines of which `!`
 * marks both: what the model says, and what the kernel did.
 */
export function sideBySideLines(rows: readonly SideBySideRow[]): readonly string[] {
  const width = Math.max(...rows.map(({ packet }) => packet.length), 6);
  return rows.flatMap(({ packet, model, kernel }) => {
    const name = packet.padEnd(width);
    const said = model ? visitText(model) : NOWHERE;
    const done = kernel ? visitText(kernel) : NOWHERE;
    if (samePrinted(said, done)) return [`  ${name}  ${done}`];
    return [`! ${name}  model   ${said}`, `! ${name}  kernel  ${done}`];
  });
}

const NOWHERE = 'meets no further hook';

function visitText({ netns, hook, edge, fields }: VisitFacts): string {
  const { iif, oif, saddr, daddr, sport, dport, mark, ttl } = fields;
  const devices = `${iif || '-'}>${oif || '-'}`;
  const ends = `${saddr}${portText(sport)}>${daddr}${portText(dport)}`;
  return `${netns} ${hook} ${edge} ${devices} ${ends} ttl ${ttl}${mark === '0x0' ? '' : ` mark ${mark}`}`;
}

function portText(port: string | null): string {
  return port === null ? '' : `:${port}`;
}

/** Ports that one side does not know are no difference. */
function samePrinted(a: string, b: string): boolean {
  return a === b || a.replaceAll(/:\d+/g, '') === b.replaceAll(/:\d+/g, '');
}
