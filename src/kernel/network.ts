import type { NetnsRef } from '../packet/place.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { DeviceRef } from './device/device.ts';
import type { NetnsState } from './netns-state.ts';

/** All namespaces that are known and the wires between them. */
export interface Network {
  /** By `netnsKey`. */
  readonly namespaces: ReadonlyMap<string, NetnsState>;
  readonly wires: readonly Wire[];
  readonly segments: readonly Segment[];
  /** Devices on top of others: VLANs, macvlans. Absent: none are known. */
  readonly stacks?: readonly Stack[];
  /**
   * Addresses of pods and nodes that are known to exist and stand in no namespace here: the fabric
   * may know the way to them.
   */
  readonly elsewhere?: ReadonlySet<string>;
}

/** A veth pair whose ends are both known. */
export interface Wire {
  readonly a: DeviceRef;
  readonly b: DeviceRef;
}

/** A device that sends and receives by another one, which may be in another namespace. */
export interface Stack {
  readonly upper: DeviceRef;
  readonly lower: DeviceRef;
}

/** An underlay: a set of devices on one layer-2 segment. */
export interface Segment {
  readonly name: string;
  readonly members: readonly SegmentMember[];
  /** True when nothing else is on the segment: an address nobody has is then unreachable. */
  readonly complete: boolean;
  /** `none`: the fabric drops nothing. `unknown`: it may. */
  readonly filters: 'none' | 'unknown';
  /** `declared` in snapshot.json, or `subnet`: inferred from addresses of one subnet. */
  readonly origin: 'declared' | 'subnet';
  readonly source: SourceRef | null;
}

export interface SegmentMember {
  readonly netns: NetnsRef;
  readonly device: string;
}
