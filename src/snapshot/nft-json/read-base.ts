import type { NftBase } from '../../kernel/netfilter/nft/table.ts';
import { HOOKS } from '../../linux/hook.ts';
import { has, type JsonObject, numberOf, textOf, textsOf } from '../json-value.ts';

/** The attachment of a `chain` object: null for a regular chain, or when it cannot be read. */
export function readBase(json: JsonObject): NftBase | 'unreadable' | null {
  if (!has(json, 'hook') && !has(json, 'prio')) return null;
  const type = CHAIN_TYPES.find((name) => name === textOf(json, 'type'));
  const hook = ATTACHMENTS.find((name) => name === textOf(json, 'hook'));
  const priority = priorityOf(json);
  const policy = textOf(json, 'policy') ?? 'accept';
  if (!type || !hook || priority === null) return 'unreadable';
  if (policy !== 'accept' && policy !== 'drop') return 'unreadable';
  const device = textOf(json, 'dev');
  const devices = device === null ? textsOf(json, 'dev') : [device];
  return { type, hook, priority, policy, devices };
}

const CHAIN_TYPES = ['filter', 'nat', 'route'] as const;
const ATTACHMENTS = [...HOOKS, 'ingress', 'egress'] as const;

/** Negative numbers are numbers in JSON; text is not. */
function priorityOf(json: JsonObject): number | null {
  const priority = numberOf(json, 'prio');
  return priority !== null && Number.isInteger(priority) ? priority : null;
}
