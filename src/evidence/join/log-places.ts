import { HOOKS, type Hook, hookOfChain } from '../../linux/hook.ts';
import { XT_TABLE_HOOKS, XT_TABLES, type XtTableName } from '../../linux/priority.ts';
import { sameAddress } from '../../packet/address.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import type { Statement } from '../evidence.ts';
import type { Observation, TracedRule, Vantage } from '../observation.ts';

export type LogRule = Extract<Statement, { kind: 'log-rule' }>;

/** Hook and table of log lines: from TRACE, from the rule with this prefix, from its words. */
export function placeLogLines(
  observations: readonly Observation[],
  statements: readonly Statement[],
): Parsed<readonly Observation[]> {
  const rules = rulesByPrefix(statements);
  const issues: Issue[] = [];
  const ambiguous = new Set<string>();
  const value = observations.map((observation) => {
    if (observation.vantage.kind !== 'log') return observation;
    const prefix = observation.vantage.label;
    const place = tracePlace(prefix) ?? rulePlace(rules.get(prefix.trim()) ?? [], observation);
    if (place === 'ambiguous') {
      if (!ambiguous.has(prefix)) {
        const { source } = observation;
        issues.push({ code: 'log-prefix-ambiguous', severity: 'info', source, detail: prefix });
        ambiguous.add(prefix);
      }
      return observation;
    }
    const found = place ?? wordPlace(prefix, observation.vantage);
    return found ? { ...observation, vantage: { ...observation.vantage, ...found } } : observation;
  });
  return { value, issues };
}

type LogPlace = Pick<Vantage, 'hook' | 'table' | 'chain' | 'rule'>;

export function rulesByPrefix(
  statements: readonly Statement[],
): ReadonlyMap<string, readonly LogRule[]> {
  const rules = new Map<string, LogRule[]>();
  for (const statement of statements) {
    if (statement.kind !== 'log-rule') continue;
    const prefix = statement.prefix.trim();
    const known = rules.get(prefix);
    if (known) known.push(statement);
    else rules.set(prefix, [statement]);
  }
  return rules;
}

/** `TRACE: nat:OUTPUT:rule:1 `. Linux: trace_packet(). */
function tracePlace(prefix: string): LogPlace | null {
  const match = /^TRACE: (\w{1,20}):(\S{1,40}):(rule|return|policy):(\d{1,9}) ?$/.exec(prefix);
  if (!match) return null;
  const [, table = '', chain = '', kind, number] = match;
  const kinds: readonly TracedRule['kind'][] = ['rule', 'return', 'policy'];
  const found = kinds.find((name) => name === kind);
  return {
    hook: hookOfChain(chain),
    table,
    chain,
    rule: found ? { kind: found, number: Number(number) } : null,
  };
}

/** Several rules may share a prefix; those that this line cannot be of are left out. */
function rulePlace(
  rules: readonly LogRule[],
  observation: Observation,
): LogPlace | 'ambiguous' | null {
  const { packet, vantage } = observation;
  const fitting = rules.filter((rule) => {
    const { destination } = rule;
    if (destination && !sameAddress(destination, packet.destination)) return false;
    const hook = hookOfChain(rule.chain);
    return hook === null || fitsDevices(hook, vantage);
  });
  const [first, ...others] = fitting;
  if (!first) return null;
  if (others.some((rule) => rule.table !== first.table || rule.chain !== first.chain)) {
    return 'ambiguous';
  }
  return { hook: hookOfChain(first.chain), table: first.table, chain: first.chain, rule: null };
}

const HOOK_WORDS: Readonly<Record<string, Hook>> = {
  prerouting: 'prerouting',
  prerout: 'prerouting',
  pre: 'prerouting',
  input: 'input',
  in: 'input',
  forward: 'forward',
  fwd: 'forward',
  output: 'output',
  out: 'output',
  postrouting: 'postrouting',
  postrout: 'postrouting',
  post: 'postrouting',
};

/** People name a prefix after the place of its rule: `mangle post: `, `NAT-PREROUTING `. */
function wordPlace(prefix: string, vantage: Vantage): LogPlace | null {
  const words = prefix
    .slice(-127)
    .toLowerCase()
    .split(/[^a-z]+/);
  const tables = XT_TABLES.filter((table) => words.includes(table));
  const hooks = new Set<Hook>();
  for (const word of words) {
    const hook = Object.hasOwn(HOOK_WORDS, word) ? HOOK_WORDS[word] : undefined;
    if (hook) hooks.add(hook);
  }
  const possible = HOOKS.filter((hook) => hooks.has(hook) && fitsDevices(hook, vantage));
  const hook = possible.length === 1 ? (possible[0] ?? null) : null;
  const table = tables.length === 1 ? (tables[0] ?? null) : null;
  if (hook === null && table === null) return null;
  if (hook !== null && table !== null && !tableHasHook(table, hook)) return null;
  return { hook, table, chain: null, rule: null };
}

function tableHasHook(table: XtTableName, hook: Hook): boolean {
  return XT_TABLE_HOOKS[table][hook] !== undefined;
}

/** Which of IN= and OUT= a hook prints. POSTROUTING has an IN= only on newer kernels. */
function fitsDevices(hook: Hook, vantage: Vantage): boolean {
  const arrives = vantage.iif !== null;
  const leaves = vantage.oif !== null;
  switch (hook) {
    case 'prerouting':
    case 'input':
      return arrives && !leaves;
    case 'output':
      return !arrives && leaves;
    case 'forward':
      return arrives && leaves;
    case 'postrouting':
      return leaves;
  }
}
