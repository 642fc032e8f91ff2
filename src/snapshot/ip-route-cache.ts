import type { RouteException } from '../kernel/routing/route.ts';
import { parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { readJsonElements } from './json-elements.ts';
import { isObject, type JsonObject, numberOf, objectsOf, textOf, textsOf } from './json-value.ts';
import { error } from './make-issue.ts';

/** Reads `ip -j -d route show cache`: what the kernel learned of single destinations. */
export function parseIpRouteCache(text: string, file: string): Parsed<readonly RouteException[]> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const exceptions: RouteException[] = [];
  for (const { value, line, raw } of elements) {
    const source = { file, line };
    const found = isObject(value) ? parseException(value) : null;
    if (found) exceptions.push({ ...found, source });
    else issues.push(error('unreadable-record', source, raw.slice(0, 80)));
  }
  return { value: exceptions, issues };
}

function parseException(entry: JsonObject): Omit<RouteException, 'source'> | null {
  const destination = parseAddress(textOf(entry, 'dst') ?? '');
  const device = textOf(entry, 'dev');
  if (!destination || device === null) return null;
  const metrics = objectsOf(entry, 'metrics')[0];
  const redirected = textsOf(entry, 'cache').includes('redirected');
  return {
    destination,
    device,
    mtu: metrics ? numberOf(metrics, 'mtu') : null,
    gateway: redirected ? parseAddress(textOf(entry, 'gateway') ?? '') : null,
  };
}
