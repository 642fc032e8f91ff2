/**
 * The words of each `-m` of a rule, in order: `-m tcp --dport 80`. Null when there are not as many as
 * matches, as for a rule whose text was made by hand.
 */
export function matchTexts(rule: string, matches: number): readonly string[] | null {
  const texts: string[] = [];
  let current: string[] | null = null;
  for (const word of words(rule)) {
    if (word === '-j' || word === '-g' || word === '--jump' || word === '--goto') break;
    if (word === '-m' || word === '--match') {
      if (current) texts.push(current.join(' '));
      current = [word];
    } else current?.push(word);
  }
  if (current) texts.push(current.join(' '));
  return texts.length === matches ? texts : null;
}

/** Blank-separated words; what stands in double quotes is one. */
function words(text: string): readonly string[] {
  return text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
}
