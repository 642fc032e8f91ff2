import type { Issue, Parsed } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { readJsonElements } from './json-elements.ts';
import {
  flagOf,
  has,
  isObject,
  type JsonObject,
  objectOf,
  objectsOf,
  textOf,
} from './json-value.ts';
import { error, warning } from './make-issue.ts';

/** What `snapshot.json` declares. */
export interface SnapshotDeclaration {
  readonly collectedBy: string | null;
  readonly collectedAt: string | null;
  readonly underlay: DeclaredUnderlay | null;
}

export interface DeclaredUnderlay {
  readonly segments: readonly DeclaredSegment[];
  /** Nothing else is on these segments. */
  readonly complete: boolean;
  readonly filters: 'none' | 'unknown';
  readonly source: SourceRef;
}

export interface DeclaredSegment {
  readonly name: string;
  readonly members: readonly {
    readonly node: string;
    readonly netns: string | null;
    readonly device: string;
  }[];
  /** What this one drops; null: as all. */
  readonly filters: 'none' | 'unknown' | null;
}

export const NO_DECLARATION: SnapshotDeclaration = {
  collectedBy: null,
  collectedAt: null,
  underlay: null,
};

/** Reads the optional `snapshot.json`. */
export function parseSnapshotJson(text: string, file: string): Parsed<SnapshotDeclaration> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const value = elements[0]?.value;
  if (!isObject(value)) {
    if (issues.length === 0)
      issues.push(error('unreadable-record', { file, line: 1 }, 'no object'));
    return { value: NO_DECLARATION, issues };
  }
  const underlay = objectOf(value, 'underlay');
  const line = underlay ? lineOf(text, '"underlay"') : 1;
  return {
    value: {
      collectedBy: textOf(value, 'collectedBy'),
      collectedAt: textOf(value, 'collectedAt'),
      underlay: underlay ? readUnderlay(underlay, { file, line }, issues) : null,
    },
    issues,
  };
}

function lineOf(text: string, word: string): number {
  const at = text.indexOf(word);
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
}

function readUnderlay(underlay: JsonObject, source: SourceRef, issues: Issue[]): DeclaredUnderlay {
  const segments: DeclaredSegment[] = [];
  for (const [index, segment] of objectsOf(underlay, 'segments').entries()) {
    const members = objectsOf(segment, 'members').flatMap((member) => {
      const node = textOf(member, 'node');
      const device = textOf(member, 'device');
      if (node === null || device === null) {
        issues.push(error('unreadable-record', source, JSON.stringify(member).slice(0, 80)));
        return [];
      }
      return [{ node, netns: textOf(member, 'netns'), device }];
    });
    const name = textOf(segment, 'name') ?? `segment ${index + 1}`;
    segments.push({ name, members, filters: readFilters(segment, source, issues) });
  }
  return {
    segments,
    complete: flagOf(underlay, 'complete') ?? false,
    filters: readFilters(underlay, source, issues) ?? 'unknown',
    source,
  };
}

/** `[]` says that nothing is dropped; null where nothing is said. */
function readFilters(
  of: JsonObject,
  source: SourceRef,
  issues: Issue[],
): 'none' | 'unknown' | null {
  if (!has(of, 'filters')) return null;
  if (Array.isArray(of.filters) && of.filters.length === 0) return 'none';
  issues.push(warning('unsupported-construct', source, 'underlay filters'));
  return 'unknown';
}
