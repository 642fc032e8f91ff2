import { HOOKS, type Hook } from '../../linux/hook.ts';
import { attribute, nested, numberAttribute, textAttribute } from './netlink-attributes.ts';
import {
  message,
  type NetlinkSocket,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REQUEST,
} from './netlink-socket.ts';
import { NFNL, NFPROTO, NFT_MSG, NFTA, nfgen } from './nf-tables.ts';

/** Our table in each namespace, family inet. */
export const HOOK_TABLE = 'hookline';

/**
 * Before everything: xtables begins at -450 (raw before defragmentation). After everything that
 * judges a packet: nat at 100, SELinux at 225, helpers at 300; confirmation comes last of all.
 */
const EDGES = [
  { edge: 'first', priority: -500 },
  { edge: 'last', priority: 500 },
] as const;

export interface HookEdge {
  readonly hook: Hook;
  readonly edge: 'first' | 'last';
}

/** What a chain of our table watches; null for another chain. */
export function edgeOfChain(chain: string): HookEdge | null {
  const [hook, edge] = chain.split('-');
  const found = HOOKS.find((name) => name === hook);
  return found && (edge === 'first' || edge === 'last') ? { hook: found, edge } : null;
}

/**
 * Makes our table, owned by the socket: nobody else may change it, and the kernel removes it when
 * the socket closes, also when we are killed. Five chains before everything let the kernel trace every
 * packet (`meta nftrace set 1`), five after everything have no rule; all accept. Chains of type filter
 * need no connection tracking, so that none is switched on.
 * Linux: nft_rcv_nl_event(), nft_chain_filter_inet.
 */
export function addHookTable(socket: NetlinkSocket): void {
  const messages: Uint8Array[] = [];
  const add = (type: number, flags: number, ...body: readonly Uint8Array[]): void => {
    messages.push(
      message(
        (NFNL.tables << 8) | type,
        NLM_F_REQUEST | NLM_F_CREATE | flags,
        socket.next(),
        nfgen(NFPROTO.inet),
        ...body,
      ),
    );
  };
  add(
    NFT_MSG.newTable,
    NLM_F_EXCL,
    textAttribute(NFTA.table.name, HOOK_TABLE),
    numberAttribute(NFTA.table.flags, NFT_TABLE_F_OWNER),
  );
  for (const [number, hook] of HOOKS_BY_NUMBER.entries()) {
    for (const { edge, priority } of EDGES) {
      const chain = `${hook}-${edge}`;
      add(NFT_MSG.newChain, 0, ...baseChain(chain, number, priority));
      if (edge === 'first') add(NFT_MSG.newRule, NLM_F_APPEND, ...traceRule(chain));
    }
  }
  carryOut(socket, messages);
}

/**
 * Removes our table at once. Closing the socket does it as well, and takes the kernel a grace period
 * of some ten milliseconds.
 */
export function removeHookTable(socket: NetlinkSocket): void {
  carryOut(socket, [
    message(
      (NFNL.tables << 8) | NFT_MSG.delTable,
      NLM_F_REQUEST,
      socket.next(),
      nfgen(NFPROTO.inet),
      textAttribute(NFTA.table.name, HOOK_TABLE),
    ),
  ]);
}

/** Sends a batch: all of it or nothing. The answer to its last message tells that it is done. */
function carryOut(socket: NetlinkSocket, messages: readonly Uint8Array[]): void {
  const last = messages.at(-1);
  if (!last) return;
  const view = new DataView(last.buffer);
  view.setUint16(6, view.getUint16(6, true) | NLM_F_ACK, true);
  const limit = (type: number): Uint8Array =>
    message(type, NLM_F_REQUEST, socket.next(), nfgen(0, NFNL.tables));
  const begin = limit(NFNL.batchBegin);
  const all = [begin, ...messages, limit(NFNL.batchEnd)];
  socket.ask('nftables batch', view.getUint32(8, true), all);
}

/** Linux: enum nf_inet_hooks. */
const HOOKS_BY_NUMBER = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;

/** The hook of a kernel's number; null for one that the IP families do not have. */
export function hookOfNumber(number: number): Hook | null {
  return HOOKS_BY_NUMBER[number] ?? null;
}

const NFT_TABLE_F_OWNER = 2;
const NLM_F_APPEND = 0x800;
const NF_ACCEPT = 1;

function baseChain(name: string, hook: number, priority: number): readonly Uint8Array[] {
  return [
    textAttribute(NFTA.chain.table, HOOK_TABLE),
    textAttribute(NFTA.chain.name, name),
    nested(
      NFTA.chain.hook,
      numberAttribute(NFTA.hook.number, hook),
      numberAttribute(NFTA.hook.priority, priority),
    ),
    numberAttribute(NFTA.chain.policy, NF_ACCEPT),
    textAttribute(NFTA.chain.type, 'filter'),
  ];
}

const NFT_REG_1 = 1;
const NFT_META_NFTRACE = 12;

function traceRule(chain: string): readonly Uint8Array[] {
  const one = nested(NFTA.immediate.data, attribute(NFTA.data.value, Uint8Array.of(1, 0, 0, 0)));
  return [
    textAttribute(NFTA.rule.table, HOOK_TABLE),
    textAttribute(NFTA.rule.chain, chain),
    nested(
      NFTA.rule.expressions,
      expression('immediate', numberAttribute(NFTA.immediate.register, NFT_REG_1), one),
      expression(
        'meta',
        numberAttribute(NFTA.meta.key, NFT_META_NFTRACE),
        numberAttribute(NFTA.meta.source, NFT_REG_1),
      ),
    ),
  ];
}

function expression(name: string, ...data: readonly Uint8Array[]): Uint8Array {
  return nested(
    NFTA.list.element,
    textAttribute(NFTA.expression.name, name),
    nested(NFTA.expression.data, ...data),
  );
}
