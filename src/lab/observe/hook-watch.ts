import type { Blind, RuleHit } from '../report.ts';
import { blindBy } from './blind.ts';
import { now } from './clocks.ts';
import type { DeviceNames } from './device-names.ts';
import { HookRecord, type NftHit } from './hook-record.ts';
import { addHookTable, removeHookTable } from './hook-table.ts';
import { type LegacyHit, LegacyTrace } from './legacy-trace.ts';
import type { MessageBatch } from './message-batch.ts';
import { namespaceIds } from './namespace-ids.ts';
import { NETLINK_NETFILTER, NetlinkSocket } from './netlink-socket.ts';
import type { HostContext } from './observer.ts';
import { RulePositions } from './rule-positions.ts';
import { TraceSocket } from './trace-socket.ts';

/** A hit of a legacy rule with the bounds of its time. */
export interface TimelessLegacyHit extends LegacyHit {
  readonly namespace: string;
  readonly after: number;
}

/** Our tables in all namespaces, and what they and the legacy tables tell. */
export class HookWatch {
  readonly #missing: Blind[] = [];
  #lost: Blind[] = [];
  readonly #names: DeviceNames;
  readonly #tables = new Map<
    string,
    { readonly socket: NetlinkSocket; readonly positions: RulePositions }
  >();
  readonly #legacy: LegacyTrace[] = [];
  readonly #trace: TraceSocket | null;
  #record: HookRecord;
  #legacyHits: TimelessLegacyHit[] = [];
  #drained = now();

  constructor(context: HostContext, names: DeviceNames, batch: MessageBatch) {
    this.#names = names;
    this.#record = new HookRecord(names);
    this.#trace = this.#try(
      'hooks',
      null,
      () => new TraceSocket(batch, namespaceIds(context, batch)),
    );
    if (!this.#trace) return;
    for (const namespace of context.names()) {
      const socket = this.#try('hooks', namespace, () => addedTable(context, namespace, batch));
      if (socket) this.#tables.set(namespace, { socket, positions: new RulePositions(socket) });
      const legacy = this.#try('legacy-rules', namespace, () =>
        LegacyTrace.open(context, namespace, batch),
      );
      if (legacy) this.#legacy.push(legacy);
    }
  }

  get record(): HookRecord {
    return this.#record;
  }

  get legacyHits(): readonly TimelessLegacyHit[] {
    return this.#legacyHits;
  }

  /** Reads what waits; returns how many packets' visits there were. */
  drain(): number {
    const after = this.#drained;
    const before = now();
    const count = this.#record.visits.length;
    const heard =
      this.#trace?.drain((namespace, message) =>
        this.#record.add(namespace, message, after, before),
      ) ?? true;
    if (!heard) this.#lost.push(lost('hooks', null));
    for (const legacy of this.#legacy) {
      const { namespace } = legacy;
      const read = legacy.drain((hit) => this.#legacyHits.push({ ...hit, namespace, after }));
      if (!read) this.#lost.push(lost('legacy-rules', namespace));
    }
    this.#drained = before;
    return this.#record.visits.length - count;
  }

  forget(): void {
    this.#record = new HookRecord(this.#names);
    this.#legacyHits = [];
    this.#lost = [];
  }

  /** What was missed since `forget`. */
  blind(): readonly Blind[] {
    return [...this.#missing, ...this.#lost];
  }

  /** Where the rules of hits stand in their chains now. */
  placesOf(hits: readonly NftHit[]): readonly RuleHit['at'][] {
    for (const namespace of new Set(hits.map((hit) => hit.namespace))) {
      this.#tables.get(namespace)?.positions.refresh();
    }
    return hits.map(({ kind, namespace, message }): RuleHit['at'] => {
      const { handle, familyNumber, table, chain } = message;
      if (kind !== 'rule' || handle === null) return { kind: kind === 'rule' ? 'return' : kind };
      const positions = this.#tables.get(namespace)?.positions;
      const position = positions?.positionOf(familyNumber, table, chain, handle) ?? null;
      return { kind, position, handle };
    });
  }

  /** Removes our tables and gives the loggers back. */
  close(): void {
    for (const legacy of this.#legacy) legacy.close();
    for (const { socket } of this.#tables.values()) removeHookTable(socket);
    for (const { socket } of this.#tables.values()) socket.closeLater();
    this.#trace?.close();
  }

  #try<T>(what: Blind['what'], namespace: string | null, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.#missing.push(blindBy(what, namespace, error));
      return null;
    }
  }
}

function addedTable(context: HostContext, namespace: string, batch: MessageBatch): NetlinkSocket {
  return context.inside(namespace, () => {
    const socket = new NetlinkSocket(NETLINK_NETFILTER, batch);
    try {
      addHookTable(socket);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  });
}

function lost(what: Blind['what'], namespace: string | null): Blind {
  return { what, why: 'lost', namespace, detail: 'recvmmsg: ENOBUFS' };
}
