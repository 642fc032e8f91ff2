import type { CtDirection } from '../../linux/ct-state.ts';

/**
 * A part of the table that knows nothing of the others. One of a single direction counts there
 * alone; the other direction is of zone 0. Linux: struct nf_conntrack_zone.
 */
export interface Zone {
  readonly id: number;
  readonly direction: 'both' | CtDirection;
}

export const DEFAULT_ZONE: Zone = { id: 0, direction: 'both' };

/** The zone that counts for packets of a direction. Linux: nf_ct_zone_id(). */
export function zoneIn({ id, direction }: Zone, of: CtDirection): number {
  return direction === 'both' || direction === of ? id : 0;
}

/** Linux: nf_ct_zone_equal(). */
export function sameZoneIn(a: Zone, b: Zone, direction: CtDirection): boolean {
  return zoneIn(a, direction) === zoneIn(b, direction);
}
