import type { ObservedPacket } from '../../evidence/observation.ts';
import type { RuleHit, Visit } from '../report.ts';
import type { DeviceNames } from './device-names.ts';
import { isBackground } from './frame.ts';
import { edgeOfChain, HOOK_TABLE } from './hook-table.ts';
import type { TraceMessage } from './trace-message.ts';

/** A visit before its time is known. */
export interface TimelessVisit extends Omit<Visit, 'time'> {
  /** It was read after this time and before that: nanoseconds. */
  readonly after: number;
  readonly before: number;
}

/** A hit of an nft rule; its time and headers are those of the visit before it. */
export interface NftHit {
  /** The hook's first edge of the same packet; null where our chains did not see it (bridge). */
  readonly visit: TimelessVisit | null;
  readonly namespace: string;
  readonly message: TraceMessage;
  readonly kind: RuleHit['at']['kind'];
  /** Headers as the last base chain got them. */
  readonly packet: ObservedPacket | null;
}

/** Takes the trace of all namespaces apart into visits of hooks and hits of rules, in order. */
export class HookRecord {
  readonly #names: DeviceNames;
  readonly visits: TimelessVisit[] = [];
  readonly hits: NftHit[] = [];
  readonly #current = new Map<string, TimelessVisit>();
  /** The base chain that each packet is in, and its headers there. */
  readonly #base = new Map<string, { readonly chain: string; readonly packet: ObservedPacket }>();

  /** Packets of no flow. */
  readonly #background = new Set<string>();

  constructor(names: DeviceNames) {
    this.#names = names;
  }

  add(namespace: string, message: TraceMessage, after: number, before: number): void {
    const key = `${message.skb} ${namespace}`;
    const { chain, dump } = message;
    if (dump && isBackground(dump.packet)) this.#background.add(key);
    else if (dump) this.#background.delete(key);
    if (this.#background.has(key)) return;
    if (dump) this.#base.set(key, { chain, packet: dump.packet });
    const edge = message.family === 'inet' && message.table === HOOK_TABLE;
    if (edge) {
      const visit = this.#visitOf(namespace, message, after, before);
      if (!visit) return;
      this.visits.push(visit);
      this.#current.set(key, visit);
    } else {
      const base = this.#base.get(key);
      const kind = this.#kindOf(message, base?.chain);
      if (kind === null) return;
      const visit = this.#current.get(key) ?? null;
      this.hits.push({ visit, namespace, message, kind, packet: base?.packet ?? null });
    }
  }

  #visitOf(
    namespace: string,
    { chain, dump, skb, mark }: TraceMessage,
    after: number,
    before: number,
  ): TimelessVisit | null {
    const edge = edgeOfChain(chain);
    if (!edge || !dump) return null;
    const device = (index: number | null): string | null =>
      index === null ? null : this.#names.nameOf(namespace, index);
    return {
      ...edge,
      namespace,
      skb,
      iif: device(dump.iif),
      oif: device(dump.oif),
      mark,
      ctState: dump.ctState,
      packet: dump.packet,
      after,
      before,
    };
  }

  /** The end of a chain has no handle; that of a base chain is told again by its policy. */
  #kindOf({ kind, handle, chain }: TraceMessage, base: string | undefined): NftHit['kind'] | null {
    if (kind === 'policy') return 'policy';
    if (handle !== null) return 'rule';
    return chain === base ? null : 'return';
  }
}
