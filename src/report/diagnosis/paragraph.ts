import type { Canvas } from '../text/style.ts';
import { displayWidth, wrap } from '../text/width.ts';

/** Text broken to the canvas: `lead` before the first line, its width before the others. */
export function paragraph(text: string, canvas: Canvas, lead: string): readonly string[] {
  const indent = ' '.repeat(displayWidth(lead));
  return wrap(text, canvas.width - displayWidth(lead), '').map(
    (line, index) => (index === 0 ? lead : indent) + line,
  );
}
