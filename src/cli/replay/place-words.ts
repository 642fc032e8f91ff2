import { refOf } from '../../agreement/places.ts';
import type { NetnsPlan } from '../../lab/replay/rebuild.ts';
import { netnsKey } from '../../packet/place.ts';

/** A laboratory's names of namespaces as a snapshot's reader knows them. */
export function placeWords(
  namespaces: readonly Pick<NetnsPlan, 'name' | 'place'>[],
): (namespace: string) => string {
  const names = new Map(
    namespaces.map(({ name, place }) => {
      const ref = refOf(place);
      return [name, ref ? netnsKey(ref) : name] as const;
    }),
  );
  return (namespace) => names.get(namespace) ?? namespace.replace(/^segment-/, 'fabric ');
}
