import type { Observation } from './observation.ts';

/**
 * Which packets of a file are kept when it holds more than there is room for: of every flow the
 * first ones, and those that open, end or refuse it. A file of hours then still shows how each
 * connection began, wherever it stands in the file.
 */
export interface KeptPackets {
  /** Whether a packet should be kept that is the `rank`-th of its flow (0: not known). */
  wants(rank: number, isNotable: boolean): boolean;
  add(observation: Observation, rank: number, isNotable: boolean): void;
  /** Counts packets that were left out before it was asked. */
  leaveOut(packets: number): void;
  readonly dropped: number;
  /** Packets of a flow that are kept, but for those that open, end or refuse it. */
  readonly share: number;
  /** In reading order. */
  end(): readonly Observation[];
}

/** Numbers observations from 0. */
export function numbered(observations: readonly Observation[]): readonly Observation[] {
  return observations.map((observation, id) =>
    observation.id === id ? observation : { ...observation, id },
  );
}

/** Packets of a flow that are kept at most once there is no room for all; halved when it is short. */
const FIRST_SHARE = 64;
/** Below it a packet is not kept for what it opens or ends either. */
const LAST_NOTABLE_SHARE = 4;

export function keptPackets(limit: number): KeptPackets {
  let kept: Observation[] = [];
  let ranks: number[] = [];
  let share = Number.POSITIVE_INFINITY;
  let dropped = 0;
  let full = false;

  const fits = (rank: number): boolean => {
    const isNotable = rank < 0;
    if (isNotable && share >= LAST_NOTABLE_SHARE) return true;
    return share === Number.POSITIVE_INFINITY || (rank !== 0 && Math.abs(rank) <= share);
  };

  /** Makes room: gives up later packets of flows until half of it is free, if that can be. */
  const thin = (): void => {
    while (kept.length > limit / 2 && share > 1) {
      share = share === Number.POSITIVE_INFINITY ? FIRST_SHARE : share / 2;
      const stays = ranks.map(fits);
      dropped += stays.filter((stay) => !stay).length;
      kept = kept.filter((_, at) => stays[at]);
      ranks = ranks.filter((_, at) => stays[at]);
    }
    full = kept.length >= limit;
  };

  return {
    wants: (rank, isNotable) => {
      const signed = isNotable ? -rank : rank;
      if (!full && fits(signed) && kept.length >= limit) thin();
      if (!full && fits(signed)) return true;
      dropped++;
      return false;
    },
    add: (observation, rank, isNotable) => {
      kept.push(observation);
      ranks.push(isNotable ? -rank : rank);
    },
    leaveOut: (packets) => {
      dropped += packets;
    },
    get dropped() {
      return dropped;
    },
    get share() {
      return full ? 0 : share;
    },
    end: () => kept,
  };
}
