import type { Issue, Parsed } from '../packet/issue.ts';
import { readJsonElements } from './json-elements.ts';
import { isObject, numberOf, objectOf } from './json-value.ts';
import { error } from './make-issue.ts';

/** SNMP counters by their names, as `nstat` prints them. */
export type Counters = ReadonlyMap<string, number>;

/** Reads `nstat -asj` and the table that `nstat -as` prints: name, value, rate. */
export function parseNstat(text: string, file: string): Parsed<Counters> {
  return text.trimStart().startsWith('{') ? parseJson(text, file) : parseTable(text, file);
}

function parseJson(text: string, file: string): Parsed<Counters> {
  const { value: elements, issues } = readJsonElements(text, file);
  const counters = new Map<string, number>();
  for (const { value } of elements) {
    const kernel = isObject(value) ? objectOf(value, 'kernel') : null;
    if (!kernel) continue;
    for (const name of Object.keys(kernel)) {
      const count = numberOf(kernel, name);
      if (count !== null) counters.set(name, count);
    }
  }
  return { value: counters, issues };
}

function parseTable(text: string, file: string): Parsed<Counters> {
  const counters = new Map<string, number>();
  const issues: Issue[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [name, count] = line.trim().split(/\s+/, 2);
    if (name !== undefined && /^[A-Z]\w*$/.test(name) && /^\d{1,19}$/.test(count ?? '')) {
      counters.set(name, Number(count));
    } else {
      const source = { file, line: index + 1, text: line.slice(0, 200) };
      issues.push(error('unreadable-record', source, line.slice(0, 80)));
      if (issues.length >= MOST_ISSUES) break;
    }
  }
  return { value: counters, issues };
}

/** A file that is something else altogether is said to be so a few times, not on every line. */
const MOST_ISSUES = 5;
