/**
 * The rules of `nft -a list ruleset`, by family, table, chain and handle. Left out is what the
 * model's text leaves out: comments, the values of counters, and how lines are broken.
 */
export function listedRules(text: string): ReadonlyMap<string, string> {
  const rules = new Map<string, string>();
  let table = '';
  let chain = '';
  for (const line of text.replaceAll(/,\n\s+/g, ', ').split('\n')) {
    const opened = /^(\t?)(table|chain) (.*?) \{/.exec(line);
    if (opened?.[2] === 'table') table = opened[3] ?? '';
    else if (opened) chain = opened[3] ?? '';
    const rule = /^\t\t(\S.*) # handle (\d+)$/.exec(line);
    if (rule?.[1]) rules.set(`${table} ${chain} ${rule[2]}`, withoutValues(rule[1]));
  }
  return rules;
}

function withoutValues(rule: string): string {
  return rule
    .replaceAll(/counter packets \d+ bytes \d+/g, 'counter')
    .replace(/ comment "[^"]*"$/, '');
}
