const MAX_WORDS = 100;

/**
 * Splits a pasted command as a shell does, as far as quotes go, and stops where the command
 * ends. A backslash at the end of the line is dropped.
 */
export function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < text.length && words.length < MAX_WORDS; at++) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"') word = `${word ?? ''}${text.charAt(++at)}`;
      else word = `${word ?? ''}${char}`;
    } else if (char === '"' || char === "'" || char === '\u201c') {
      quote = char === '\u201c' ? '\u201d' : char;
      word ??= '';
    } else if (char === '\\') {
      if (++at < text.length) word = `${word ?? ''}${text.charAt(at)}`;
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (char === ';' || char === '|' || char === '&' || (char === '#' && word === null)) {
      break;
    } else {
      word = `${word ?? ''}${char}`;
    }
  }
  if (word !== null && words.length < MAX_WORDS) words.push(word);
  return words;
}
