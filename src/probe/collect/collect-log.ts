/** A fact that the collecting script could not find out. */
export interface UnknownFact {
  /** Null: the node's own namespace, or what is of no namespace. */
  readonly netns: string | null;
  /** The file that is absent; null: all of the namespace, or namespaces that were not seen. */
  readonly file: string | null;
  readonly why: string;
}

/** What `collect.log` says. */
export interface CollectLog {
  readonly unknown: readonly UnknownFact[];
  /** False when the script did not come to its end. */
  readonly complete: boolean;
}

/** Reads `collect.log`: `unknown PLACE: WHY` lines between a first and a last comment. */
export function parseCollectLog(text: string): CollectLog {
  const unknown: UnknownFact[] = [];
  for (const line of text.split('\n')) {
    const [, place, why] = /^unknown ([^:]+): (.*)$/.exec(line) ?? [];
    if (place !== undefined && why !== undefined) unknown.push({ ...placeOf(place), why });
  }
  return { unknown, complete: /^# end$/m.test(text) };
}

/** `FILE`, `kubernetes/FILE`, `netns/NAME/FILE`, `netns/NAME`, or `netns` for those not seen. */
function placeOf(place: string): Pick<UnknownFact, 'netns' | 'file'> {
  const [first, name, file] = place.split('/');
  if (first !== 'netns') return { netns: null, file: place };
  return { netns: name ?? null, file: file ?? null };
}
