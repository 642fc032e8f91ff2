import type { Json } from './read-value.ts';
import type { TokenReader } from './token-reader.ts';

/** `accept`, `jump CHAIN`...; null when no verdict stands here. */
export function readVerdict(reader: TokenReader): Readonly<Record<string, Json>> | null {
  const word = reader.word();
  switch (word) {
    case 'accept':
    case 'drop':
    case 'continue':
    case 'return':
      reader.take();
      return { [word]: null };
    case 'jump':
    case 'goto':
      reader.take();
      return { [word]: { target: reader.name() } };
    default:
      return null;
  }
}
