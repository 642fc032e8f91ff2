import { freshSkb } from '../../../src/kernel/answer.ts';
import type { Departure } from '../../../src/kernel/departure.ts';
import { receive } from '../../../src/kernel/input.ts';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import type { Step } from '../../../src/kernel/step.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import { ports } from '../../../src/packet/packet.ts';
import { parseIpsetSave } from '../../../src/snapshot/ipset-save.ts';
import { parseIptablesSave } from '../../../src/snapshot/iptables-save/parse.ts';
import { startRun } from '../../../src/trace/run-record.ts';
import { macOf } from './host.ts';
import type { Sent } from './random-packets.ts';
import { SETS, WIRE_MAC } from './random-rules.ts';

/** What the model says of one packet. */
export interface Said {
  readonly id: number;
  readonly sent: string;
  /** Line, text and count of each rule that matched, in the order of lines. */
  readonly rules: readonly string[];
  readonly left: readonly string[];
}

/** The kernel picks at random here, so what follows cannot be compared. */
class RandomChoice extends Error {}

/** Topics of questions that a state without unknown facts may still ask. */
const RANDOM_TOPICS = new Set(['port', 'nat-address']);

/** Sends packets through the model of the saved rules, up to the first random choice. */
export function sendThroughModel(
  state: NetnsState,
  save: string,
  how: {
    readonly backend: 'nft' | 'legacy';
    readonly packets: readonly { readonly sent: Sent; readonly id: number }[];
  },
): readonly Said[] {
  const tables = parseIptablesSave(save, 'save', { family: 4, backend: how.backend });
  const sets = parseIpsetSave(SETS, 'sets');
  const issues = [...tables.issues, ...sets.issues];
  if (issues.length > 0) throw new Error(JSON.stringify(issues));
  const netns: NetnsState = {
    ...state,
    ruleset: { xtables: tables.value, nft: [], unsupported: [] },
    ipsets: sets.value,
    conntrack: [],
  };
  const run = startRun((question) => {
    if (RANDOM_TOPICS.has(question.topic)) throw new RandomChoice();
    throw new Error(`asked ${question.id}`);
  });
  const said: Said[] = [];
  for (const { sent, id } of how.packets) {
    try {
      const departure = receive({ netns, run }, arrivalOf(sent));
      if (run.unsupportedUses.length > 0) throw new Error(JSON.stringify(run.unsupportedUses));
      said.push({
        id,
        sent: describeSent(sent),
        rules: rulesOf(run.takeSteps()),
        left: wordsOf(departure),
      });
    } catch (error) {
      if (error instanceof RandomChoice) return said;
      throw error;
    }
  }
  return said;
}

function arrivalOf({ device, packet }: Sent) {
  const skb = { ...freshSkb(packet), sourceMac: WIRE_MAC, destinationMac: macOf(device) };
  return { skb, iif: device, looped: false, prerouted: false };
}

function rulesOf(steps: readonly Step[]): readonly string[] {
  const counts = new Map<string, { readonly line: number; count: number }>();
  for (const { action } of steps) {
    if (action.kind !== 'table') continue;
    for (const { rule, source } of action.hits) {
      const line = source?.line ?? 0;
      const key = `${line} ${rule}`;
      const known = counts.get(key);
      if (known) known.count++;
      else counts.set(key, { line, count: 1 });
    }
  }
  return [...counts]
    .sort(([, a], [, b]) => a.line - b.line)
    .map(([key, { count }]) => `${key} ${count}`);
}

function wordsOf(departure: Departure): readonly string[] {
  switch (departure.kind) {
    case 'local':
    case 'dropped':
      return [];
    case 'bridged':
    case 'unknown':
      return [departure.kind];
    case 'transmit': {
      const { packet } = departure.skb;
      const { sport, dport } = ports(packet);
      const addresses = `${formatAddress(packet.source)}>${formatAddress(packet.destination)}`;
      const mss =
        packet.transport.kind === 'tcp' && packet.transport.mss
          ? ` mss ${packet.transport.mss}`
          : '';
      const numbers = packet.transport.kind === 'icmp' ? '' : ` ${sport}>${dport}`;
      return [
        `${departure.device} ${addresses}${numbers} ttl ${packet.ttl} tos ${packet.tos} length ${packet.length}${mss}`,
      ];
    }
  }
}

function describeSent({ device, packet }: Sent): string {
  const { source, destination, transport } = packet;
  return `${device} ${formatAddress(source)}>${formatAddress(destination)} ${JSON.stringify(transport)} ttl ${packet.ttl} tos ${packet.tos} length ${packet.length}`;
}
