import { type Observation, subject } from '../observation.ts';

/** Counts the lines of each flow at each place, in bounded memory. */
export interface FlowRanks {
  /** How many lines of its flow there are with this one at its place; 0 when it is not counted. */
  next(observation: Omit<Observation, 'id'>): number;
}

/** Flows and places to count; lines of further ones are not counted. */
const MOST = 65_536;

export function flowRanks(): FlowRanks {
  const counts = new Map<string, number>();
  return {
    next(observation): number {
      const { group, label, direction, iif, oif } = observation.vantage;
      const { source, destination, protocol, sport, dport, icmp } = subject(observation.packet);
      const place = `${group}/${label}/${direction}/${iif}/${oif}`;
      const ends = `${source.bits}/${sport}/${destination.bits}/${dport}`;
      const key = `${place} ${protocol} ${ends} ${icmp?.id}`;
      const before = counts.get(key);
      if (before === undefined && counts.size >= MOST) return 0;
      counts.set(key, (before ?? 0) + 1);
      return (before ?? 0) + 1;
    },
  };
}

/** Whether a packet opens, ends or refuses a connection. */
export function opensOrEnds(observation: Omit<Observation, 'id'>): boolean {
  const { tcp, icmp } = subject(observation.packet);
  const flags = tcp?.flags;
  return flags?.syn === true || flags?.fin === true || flags?.rst === true || icmp?.quoted != null;
}
