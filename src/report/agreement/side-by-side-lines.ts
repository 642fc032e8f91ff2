import type { SideBySideRow } from '../../agreement/side-by-side.ts';
import type { VisitFacts } from '../../agreement/visit-facts.ts';

/** Two columns: each hook a packet met in the model and on the kernel; `!` marks where they part. */
export function sideBySideLines(rows: readonly SideBySideRow[]): readonly string[] {
  const cells = rows.map(({ packet, model, kernel }) => ({
    packet,
    model: model ? visitText(model) : '-',
    kernel: kernel ? visitText(kernel) : '-',
  }));
  const packetWidth = Math.max(...cells.map(({ packet }) => packet.length), 6);
  const modelWidth = Math.max(...cells.map(({ model }) => model.length), 5);
  return cells.map(({ packet, model, kernel }) => {
    const mark = samePrinted(model, kernel) ? ' ' : '!';
    return `${mark} ${packet.padEnd(packetWidth)}  ${model.padEnd(modelWidth)}  ${kernel}`.trimEnd();
  });
}

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
