import { type Hook, isIpHook } from '../linux/hook.ts';
import type { Packet } from '../packet/packet.ts';
import { type NetnsRef, netnsKey } from '../packet/place.ts';
import type { Outcome, PacketKind, PacketTrace } from '../trace/trace.ts';

/** A place where a packet can be seen: a device that is captured, or a table that logs. */
export type Point =
  | { readonly kind: 'capture'; readonly where: NetnsRef; readonly device: string }
  /** A capture that does not say at which device of the namespace it was made. */
  | { readonly kind: 'capture-somewhere'; readonly where: NetnsRef }
  | {
      readonly kind: 'log';
      readonly where: NetnsRef;
      readonly hook: Hook;
      readonly table: string;
    };

/** One packet of an outcome that the model predicts to be seen at a point. */
export interface PredictedSighting {
  readonly point: Point;
  readonly direction: 'original' | 'reply';
  readonly kind: PacketKind;
  /** Index into the outcome's packets and into that packet's steps. */
  readonly packet: number;
  readonly step: number;
  /** The headers as seen there; an encapsulated packet is not unwrapped. */
  readonly headers: Packet;
}

/** A key that is equal for equal points. */
export function pointKey(point: Point): string {
  const where = netnsKey(point.where);
  switch (point.kind) {
    case 'capture':
      return `capture ${where} ${point.device}`;
    case 'capture-somewhere':
      return `capture ${where}`;
    case 'log':
      return `log ${where} ${point.table} ${point.hook}`;
  }
}

/**
 * Where each packet of an outcome would be seen. Device taps see it when it is sent and when it
 * is received (Linux: dev_queue_xmit_nit(), __netif_receive_skb_core()), a LOG rule when its
 * table runs.
 */
export function predictedSightings(outcome: Outcome): readonly PredictedSighting[] {
  return outcome.packets.flatMap((packet, index) => sightingsOf(packet, index));
}

function sightingsOf(packet: PacketTrace, index: number): readonly PredictedSighting[] {
  const sightings: PredictedSighting[] = [];
  packet.steps.forEach((step, at) => {
    const add = (point: Point): void => {
      sightings.push({
        point,
        direction: packet.direction,
        kind: packet.kind,
        packet: index,
        step: at,
        headers: step.skb.packet,
      });
    };
    const { action, where } = step;
    if (action.kind === 'transmit' || action.kind === 'receive' || action.kind === 'decapsulate') {
      add({ kind: 'capture', where, device: action.device });
    } else if (action.kind === 'bridge') {
      add({ kind: 'capture', where, device: action.bridge });
    } else if (action.kind === 'table' && isIpHook(action.hook)) {
      add({ kind: 'log', where, hook: action.hook, table: action.table });
    }
  });
  return sightings;
}
