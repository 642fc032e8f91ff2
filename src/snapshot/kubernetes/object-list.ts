import type { Issue, Parsed } from '../../packet/issue.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import { readJsonElements } from '../json-elements.ts';
import { isObject, type JsonObject, objectOf, textOf } from '../json-value.ts';
import { error } from '../make-issue.ts';

/** One object of a `kubectl get KIND -A -o json` list. */
export interface KubeObject {
  readonly namespace: string;
  readonly name: string;
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
  readonly status: JsonObject;
  readonly object: JsonObject;
  readonly source: SourceRef;
}

/**
 * Reads a list of objects of one kind, and turns each into facts. An object of another kind is
 * named and left out; one that `read` can not use is an error.
 */
export function readObjects<T>(
  text: string,
  file: string,
  options: { readonly kind: string; readonly read: (object: KubeObject) => readonly T[] | null },
): Parsed<readonly T[]> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file, 'items');
  const issues: Issue[] = [...readIssues];
  const facts: T[] = [];
  for (const { value, line, raw } of elements) {
    const source = { file, line };
    const metadata = isObject(value) ? objectOf(value, 'metadata') : null;
    // A list without items (`{"kind": "List", "items": []}`) is read as one element without name.
    if (isObject(value) && Array.isArray(value.items) && value.items.length === 0) continue;
    const name = metadata ? textOf(metadata, 'name') : null;
    if (!isObject(value) || !metadata || name === null) {
      issues.push(error('unreadable-record', source, raw.slice(0, 80)));
      continue;
    }
    const kind = textOf(value, 'kind');
    if (kind !== null && kind !== options.kind) {
      issues.push(error('wrong-content', source, `expected ${options.kind}, found ${kind}`));
      continue;
    }
    const read = options.read({
      namespace: textOf(metadata, 'namespace') ?? '',
      name,
      metadata,
      spec: objectOf(value, 'spec') ?? {},
      status: objectOf(value, 'status') ?? {},
      object: value,
      source,
    });
    if (read) facts.push(...read);
    else issues.push(error('unreadable-record', source, `${options.kind} ${name}`));
  }
  return { value: facts, issues };
}

/** A map of labels or annotations. */
export function labelsOf(object: JsonObject, key: string): Readonly<Record<string, string>> {
  const labels = objectOf(object, key) ?? {};
  return Object.fromEntries(
    Object.entries(labels).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
