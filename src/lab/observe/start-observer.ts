import type { Sighting } from '../report.ts';
import { countsAsActivity } from './activity.ts';
import { MessageBatch } from './message-batch.ts';
import type { StartObserver } from './observer.ts';
import { PacketSockets } from './packet-sockets.ts';

export const startObserver: StartObserver = async (context, plan) => {
  const sockets = new PacketSockets(context, new MessageBatch());
  let sightings: Sighting[] = [];
  let activity = 0;
  const drain = (): void =>
    sockets.drain((sighting) => {
      sightings.push(sighting);
      if (countsAsActivity(sighting)) activity++;
    });
  return {
    begin() {
      drain();
      sightings = [];
    },
    activity() {
      drain();
      return activity;
    },
    async end() {
      drain();
      return {
        visits: [],
        sightings: plan.captures ? sightings.toSorted((a, b) => a.time - b.time) : [],
        drops: [],
        rules: [],
        conntrack: {},
        counters: {},
        blind: [...sockets.blind, ...sockets.lost()],
      };
    },
    async close() {
      sockets.close();
    },
  };
};
