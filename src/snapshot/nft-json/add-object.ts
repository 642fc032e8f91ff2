import { type JsonObject, textOf } from '../json-value.ts';
import type { ListedObject, TableDraft, TableDrafts } from './table-draft.ts';

/** Puts an object of a listing into its table's draft, or says that it cannot. */
export function addObject(
  drafts: TableDrafts,
  kind: string,
  listed: ListedObject,
): 'added' | 'unexpected' | 'unknown' {
  const draft = drafts.of(listed.json, kind === 'table' ? 'name' : 'table');
  if (!draft) return 'unexpected';
  switch (kind) {
    case 'table':
      draft.table = listed;
      break;
    case 'chain':
      draft.chains.push(listed);
      break;
    case 'rule':
      draft.rules.push(listed);
      break;
    case 'set':
    case 'map':
      draft.sets.push(listed);
      break;
    case 'element':
      draft.elements.push(listed);
      break;
    case 'limit':
    case 'quota':
      addLimit(draft, kind, listed.json);
      break;
    case 'ct helper':
      draft.hasHelper = true;
      break;
    default:
      return NO_EFFECT.has(kind) ? 'added' : 'unknown';
  }
  return 'added';
}

/** Objects that only the statements that name them make effective. */
const NO_EFFECT: ReadonlySet<string> = new Set([
  'counter',
  'ct expectation',
  'ct timeout',
  'flowtable',
  'secmark',
  'synproxy',
  'tunnel',
]);

function addLimit(draft: TableDraft, kind: string, json: JsonObject): void {
  const name = textOf(json, 'name');
  if (name !== null) draft.limits.set(`${kind} ${name}`, json);
}
