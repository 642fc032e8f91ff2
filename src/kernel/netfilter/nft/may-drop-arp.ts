import type { MatchStatement } from './statement/match.ts';
import type { NftBaseChain, NftChain, NftRule, NftTable } from './table.ts';

const ETHERTYPE_ARP = 0x0806;

/**
 * Whether a chain could drop an ARP packet, by its rules' form: each rule that a packet of IP alone
 * meets is passed over, and one that accepts all of ARP ends the search. Rules are not evaluated, so
 * the answer may be yes where no packet is dropped.
 */
export function mayDropArp(table: NftTable, base: NftBaseChain): boolean {
  return search(table, base, new Set()) ?? base.policy === 'drop';
}

/** null when the chain ends without a decision. */
function search(table: NftTable, chain: NftChain, seen: Set<string>): boolean | null {
  if (seen.has(chain.name)) return null;
  seen.add(chain.name);
  for (const rule of chain.rules) {
    if (rule.statements.some(isOfIp)) continue;
    for (const statement of rule.statements) {
      switch (statement.kind) {
        case 'verdict': {
          const { verdict } = statement;
          if (verdict.kind === 'drop') return true;
          if (verdict.kind === 'accept' && takesAllArp(rule)) return false;
          if (verdict.kind !== 'jump' && verdict.kind !== 'goto') break;
          const target = table.chains.get(verdict.target);
          const found = target ? search(table, target, seen) : null;
          if (found === true) return true;
          if (found === false && takesAllArp(rule)) return false;
          break;
        }
        case 'vmap':
        case 'stolen':
        case 'unsupported':
          return true;
        default:
          break;
      }
    }
  }
  return null;
}

/** A condition that only packets of IP meet. */
function isOfIp(statement: NftRule['statements'][number]): boolean {
  if (statement.kind !== 'match') return false;
  const { left } = statement;
  if (left.kind === 'payload') return left.protocol !== 'ether' && left.protocol !== 'arp';
  const isType = left.kind === 'meta' && left.key === 'protocol';
  if (isType) return statement.operator === '==' && !isArp(statement);
  return left.kind === 'meta' && left.key === 'l4proto';
}

/** Every ARP packet meets the rule's conditions. */
function takesAllArp({ statements }: NftRule): boolean {
  return statements.every((statement) => statement.kind !== 'match' || isArp(statement));
}

function isArp({ left, operator, right }: MatchStatement): boolean {
  const ofType =
    (left.kind === 'meta' && left.key === 'protocol') ||
    (left.kind === 'payload' && left.protocol === 'ether' && left.field === 'type');
  if (!ofType || operator !== '==') return false;
  if (right.kind === 'set') return right.set.exact.has(ETHERTYPE_ARP);
  return right.value[0]?.first === ETHERTYPE_ARP;
}
