import type { ObservePlan } from '../lab.ts';
import type { Blind, Sighting } from '../report.ts';
import { countsAsActivity } from './activity.ts';
import { blindBy } from './blind.ts';
import { readConntrack } from './conntrack-entries.ts';
import { type CounterText, counterChanges, readCounters } from './counters.ts';
import { DeviceNames } from './device-names.ts';
import { DropWatch } from './drop-watch.ts';
import { HookWatch } from './hook-watch.ts';
import { MessageBatch } from './message-batch.ts';
import type { HostContext, Observer, StartObserver } from './observer.ts';
import { PacketSockets } from './packet-sockets.ts';
import { packetsAreStamped } from './packet-timestamps.ts';
import { placeDrops } from './place-drops.ts';
import { legacyHits, nftHits } from './rule-hits.ts';
import { timeVisits } from './visit-times.ts';
import { takeWatchTurn } from './watch-turn.ts';

/**
 * Starts observing. Packet sockets are there with any plan: they tell when a flow has settled, and
 * where a dropped packet was. What a plan does not ask for is empty in its reports.
 */
export const startObserver: StartObserver = async (context, plan) => {
  const endTurn = plan.drops ? await takeWatchTurn() : () => {};
  const batch = new MessageBatch();
  let observation: Observation | undefined;
  try {
    observation = new Observation(context, plan, batch, endTurn);
    if (!(await packetsAreStamped(batch))) observation.timesAreLate();
    return observation;
  } catch (error) {
    if (observation) await observation.close();
    else endTurn();
    throw error;
  }
};

class Observation implements Observer {
  readonly #context: HostContext;
  readonly #plan: ObservePlan;
  readonly #sockets: PacketSockets;
  readonly #hooks: HookWatch | null;
  readonly #drops: DropWatch | null;
  #sightings: Sighting[] = [];
  #counters = new Map<string, CounterText>();
  #activity = 0;
  readonly #blind: Blind[] = [];
  readonly #endTurn: () => void;

  constructor(context: HostContext, plan: ObservePlan, batch: MessageBatch, endTurn: () => void) {
    this.#endTurn = endTurn;
    this.#context = context;
    this.#plan = plan;
    const names = new DeviceNames(context);
    this.#sockets = new PacketSockets(context, names, batch);
    this.#hooks = plan.hooks ? new HookWatch(context, names, batch) : null;
    this.#drops = plan.drops ? new DropWatch() : null;
  }

  begin(): void {
    this.#drain();
    this.#sightings = [];
    this.#hooks?.forget();
    this.#drops?.forget();
    if (this.#plan.counters) this.#counters = this.#readAllCounters();
  }

  /** Frames have the times at which they were read. */
  timesAreLate(): void {
    const detail = 'the kernel gives packets no time';
    this.#blind.push({ what: 'captures', why: 'failed', namespace: null, detail });
  }

  activity(): number {
    this.#drain();
    return this.#activity;
  }

  async end(): ReturnType<Observer['end']> {
    this.#drain();
    const blind: Blind[] = [...this.#blind, ...this.#sockets.blind, ...this.#sockets.lost()];
    const sightings = this.#sightings.toSorted((a, b) => a.time - b.time);
    const record = this.#hooks?.record;
    const visits = timeVisits(record?.visits ?? [], sightings);
    const times = new Map(visits.map(({ visit }, i) => [record?.visits[i], visit.time]));
    const hits = [
      ...nftHits(record?.hits ?? [], this.#hooks?.placesOf(record?.hits ?? []) ?? [], (visit) =>
        times.get(visit),
      ),
      ...legacyHits(this.#hooks?.legacyHits ?? [], visits),
    ];
    const freed = this.#drops?.freed(sightings) ?? [];
    const { drops, ambiguous } = placeDrops(freed, visits, this.#drops?.self ?? null);
    if (ambiguous > 0) blind.push(ambiguousDrops(ambiguous));
    return {
      visits: visits.map(({ visit }) => visit),
      sightings: this.#plan.captures ? sightings : [],
      drops: drops.toSorted((a, b) => a.time - b.time),
      rules: hits.toSorted((a, b) => a.time - b.time),
      conntrack: this.#plan.conntrack ? this.#readAllConntrack(blind) : {},
      counters: this.#plan.counters ? this.#changedCounters() : {},
      blind: [...blind, ...(this.#hooks?.blind() ?? []), ...(this.#drops?.blind() ?? [])],
    };
  }

  async close(): Promise<void> {
    this.#hooks?.close();
    this.#drops?.close();
    this.#sockets.close();
    this.#endTurn();
  }

  #drain(): void {
    this.#sockets.drain((sighting) => {
      this.#sightings.push(sighting);
      if (countsAsActivity(sighting)) this.#activity++;
    });
    this.#activity += this.#hooks?.drain() ?? 0;
  }

  #readAllCounters(): Map<string, CounterText> {
    const names = this.#context.names();
    return new Map(names.map((name) => [name, this.#context.inside(name, readCounters)]));
  }

  #changedCounters(): Record<string, Readonly<Record<string, number>>> {
    const changes: Record<string, Readonly<Record<string, number>>> = {};
    for (const [name, after] of this.#readAllCounters()) {
      const moved = counterChanges(this.#counters.get(name) ?? [], after);
      if (Object.keys(moved).length > 0) changes[name] = moved;
    }
    return changes;
  }

  #readAllConntrack(blind: Blind[]): Record<string, string> {
    const listings: Record<string, string> = {};
    for (const name of this.#context.names()) {
      try {
        const listing = this.#context.inside(name, readConntrack);
        if (listing !== null) listings[name] = listing;
      } catch (error) {
        blind.push(blindBy('conntrack', name, error));
      }
    }
    return listings;
  }
}

/** Others on this machine dropped packets in the same moment. */
function ambiguousDrops(count: number): Blind {
  return { what: 'drops', why: 'lost', namespace: null, detail: `${count} not told from others` };
}
