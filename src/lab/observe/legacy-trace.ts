import { readFileSync, writeFileSync } from 'node:fs';
import { readIpPacket } from '../../evidence/capture/ip-packet.ts';
import type { ObservedPacket } from '../../evidence/observation.ts';
import type { Hook } from '../../linux/hook.ts';
import type { HitPlace } from '../report.ts';
import { isBackground } from './frame.ts';
import { hookOfNumber } from './hook-table.ts';
import type { MessageBatch } from './message-batch.ts';
import {
  attribute,
  bytesIn,
  numberAttribute,
  numberOf,
  readAttributes,
  textOf,
} from './netlink-attributes.ts';
import {
  message,
  messagesIn,
  NETLINK_NETFILTER,
  NetlinkSocket,
  NLM_F_ACK,
  NLM_F_REQUEST,
} from './netlink-socket.ts';
import { NFGEN_SIZE, NFNL, nfgen } from './nf-tables.ts';
import type { HostContext } from './observer.ts';

/** A rule of an iptables-legacy table that a traced packet met. */
export interface LegacyHit {
  readonly family: 'ip' | 'ip6';
  readonly hook: Hook | null;
  readonly table: string;
  readonly chain: string;
  readonly at: HitPlace;
  readonly packet: ObservedPacket | null;
}

const NFULNL_MSG_PACKET = 0;
const NFULNL_MSG_CONFIG = 1;
const NFULA = { header: 1, mark: 2, payload: 9, prefix: 10 };
const NFULA_CFG = { command: 1, mode: 2, threshold: 5 };
const NFULNL_CFG_CMD_BIND = 1;
const NFULNL_COPY_PACKET = 2;
/** Enough for headers, what a tunnel carries and what an error quotes. */
const COPY_RANGE = 256;

/** Numbers of the address families, also the names of their logger's files. */
const FAMILIES = [
  { number: 2, name: 'ip', tables: 'ip_tables_names' },
  { number: 10, name: 'ip6', tables: 'ip6_tables_names' },
] as const;
const LOGGER = 'nfnetlink_log';

/**
 * Hears which rules of iptables-legacy a traced packet meets, in one namespace. The kernel prints
 * them through the family's logger, which belongs to a namespace: while we listen it is the one that
 * answers over netlink, group 0, instead of the one that writes the kernel's log. So nothing of the
 * machine is changed, and each line is known to be of this namespace. LOG rules are silent meanwhile.
 * Linux: trace_packet() in net/ipv4/netfilter/ip_tables.c, nf_log_trace(), nfulnl_log_packet().
 */
export class LegacyTrace {
  readonly namespace: string;
  readonly #context: HostContext;
  readonly #socket: NetlinkSocket;
  readonly #before: readonly { readonly file: string; readonly logger: string }[];

  /** Null where no legacy table is loaded. */
  static open(context: HostContext, namespace: string, batch: MessageBatch): LegacyTrace | null {
    const families = context.inside(namespace, () => FAMILIES.filter(hasTables));
    return families.length > 0 ? new LegacyTrace(context, namespace, families, batch) : null;
  }

  private constructor(
    context: HostContext,
    namespace: string,
    families: readonly (typeof FAMILIES)[number][],
    batch: MessageBatch,
  ) {
    this.namespace = namespace;
    this.#context = context;
    const { socket, before } = context.inside(namespace, () => {
      const socket = new NetlinkSocket(NETLINK_NETFILTER, batch);
      try {
        bindGroup(socket);
        return { socket, before: families.map(({ number }) => takeLogger(number)) };
      } catch (error) {
        socket.close();
        throw error;
      }
    });
    this.#socket = socket;
    this.#before = before;
  }

  /** Reads what waits. Returns false when the kernel had no room for some of it. */
  drain(each: (hit: LegacyHit) => void): boolean {
    return this.#socket.drain(({ data }) => {
      for (const { type, body } of messagesIn(data)) {
        if (type !== ((NFNL.log << 8) | NFULNL_MSG_PACKET)) continue;
        const hit = readHit(body);
        if (hit) each(hit);
      }
    });
  }

  /** Gives the loggers back. */
  close(): void {
    this.#context.inside(this.namespace, () => {
      for (const { file, logger } of this.#before) writeFileSync(file, logger);
    });
    this.#socket.close();
  }
}

function hasTables({ tables }: { readonly tables: string }): boolean {
  try {
    return readFileSync(`/proc/thread-self/net/${tables}`, 'utf8').trim() !== '';
  } catch {
    return false; // The kernel has no such tables.
  }
}

function takeLogger(family: number): { readonly file: string; readonly logger: string } {
  const file = `/proc/sys/net/netfilter/nf_log/${family}`;
  const logger = readFileSync(file, 'utf8').trim();
  writeFileSync(file, LOGGER);
  return { file, logger };
}

/** Group 0, packets at once: a message waits for others otherwise, up to a second. */
function bindGroup(socket: NetlinkSocket): void {
  const mode = new Uint8Array(6);
  new DataView(mode.buffer).setUint32(0, COPY_RANGE);
  mode[4] = NFULNL_COPY_PACKET;
  const first = socket.next();
  socket.ask('nflog group', first, [
    config(first, attribute(NFULA_CFG.command, Uint8Array.of(NFULNL_CFG_CMD_BIND))),
  ]);
  const second = socket.next();
  socket.ask('nflog mode', second, [
    config(second, attribute(NFULA_CFG.mode, mode), numberAttribute(NFULA_CFG.threshold, 1)),
  ]);
}

function config(sequence: number, ...attributes: readonly Uint8Array[]): Uint8Array {
  const type = (NFNL.log << 8) | NFULNL_MSG_CONFIG;
  return message(type, NLM_F_REQUEST | NLM_F_ACK, sequence, nfgen(0, 0), ...attributes);
}

/** `TRACE: filter:INPUT:rule:3 `. */
const PREFIX = /^TRACE: ([^:]+):(.+):(rule|return|policy):(\d+) $/;

/** Null for what a LOG rule wrote, and for packets of no flow. */
function readHit(body: DataView): LegacyHit | null {
  const view = new DataView(
    body.buffer,
    body.byteOffset + NFGEN_SIZE,
    body.byteLength - NFGEN_SIZE,
  );
  const attributes = readAttributes(view);
  const [, table, chain, kind, number] =
    PREFIX.exec(textOf(attributes.get(NFULA.prefix)) ?? '') ?? [];
  if (table === undefined || chain === undefined) return null;
  const packet = readIpPacket(bytesIn(attributes.get(NFULA.payload)));
  if (packet && isBackground(packet)) return null;
  const mark = numberOf(attributes.get(NFULA.mark)) ?? 0;
  return {
    family: body.getUint8(0) === FAMILIES[1].number ? 'ip6' : 'ip',
    hook: hookOfNumber(attributes.get(NFULA.header)?.getUint8(2) ?? -1),
    table,
    chain,
    at: placeOf(kind, Number(number)),
    packet: packet && { ...packet, mark },
  };
}

function placeOf(kind: string | undefined, position: number): HitPlace {
  if (kind === 'policy' || kind === 'return') return { kind };
  return { kind: 'rule', position, handle: null };
}
