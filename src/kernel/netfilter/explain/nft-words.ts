import { formatAddress } from '../../../packet/address.ts';
import { protocolName } from '../../../packet/protocol.ts';
import { CT_STATE_BITS } from '../nft/expression/ct.ts';
import { type Expression, operandsOf } from '../nft/expression/expression.ts';
import { elementsOf, type NftElement, type NftSet } from '../nft/set.ts';
import type { MatchOperator } from '../nft/statement/match.ts';
import { formatPart, type Interval, isSingle, type Part, type Scalar } from '../nft/value.ts';

/** An expression as nft writes it; a kind without words of its own is told by its kind. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'payload':
      return `${expression.protocol} ${expression.field}`;
    case 'meta':
      return META_ALONE.has(expression.key) ? expression.key : `meta ${expression.key}`;
    case 'ct':
      return `ct ${expression.direction === null ? '' : `${expression.direction} `}${expression.key}`;
    case 'concat':
      return expression.parts.map(expressionText).join(' . ');
    case 'binary':
      return `${expressionText(expression.left)} ${expression.operator} ${expressionText(expression.right)}`;
    case 'fib':
      return `fib ${expression.address} ${expression.result}`;
    case 'literal':
      return expression.value.map((interval) => intervalText(interval, '')).join(' . ');
    default: {
      const inner = operandsOf(expression).map(expressionText).join(', ');
      return inner === '' ? expression.kind : `${expression.kind} of ${inner}`;
    }
  }
}

const META_ALONE: ReadonlySet<string> = new Set(['iif', 'oif', 'iifname', 'oifname']);

/** The name of each component, which tells how its values are written. */
export function componentNames(expression: Expression): readonly string[] {
  return expression.kind === 'concat'
    ? expression.parts.map(expressionText)
    : [expressionText(expression)];
}

/** A value as nft would write it. */
export function partText(part: Part, name: string): string {
  if (part === null) return 'not known';
  if (typeof part !== 'number') return typeof part === 'string' ? `"${part}"` : formatPart(part);
  if (/(?:saddr|daddr)$/.test(name) && name.includes('ip')) {
    return formatAddress({ family: 4, bits: part });
  }
  if (/l4proto$|protocol$|nexthdr$/.test(name)) return protocolName(part);
  if (/mark/.test(name)) return `0x${part.toString(16)}`;
  return name === 'ct state' ? stateNames(part) : formatPart(part);
}

function stateNames(bits: number): string {
  const names = Object.entries(CT_STATE_BITS).flatMap(([name, bit]) => (bits & bit ? [name] : []));
  return names.length === 0 ? String(bits) : names.join(',');
}

export function intervalText(interval: Interval, name: string): string {
  const text = (scalar: Scalar): string => partText(scalar, name);
  return isSingle(interval)
    ? text(interval.first)
    : `${text(interval.first)}-${text(interval.last)}`;
}

/** Elements that are told of a set; of more only their number. */
const TOLD = 6;

/** `@name` or the elements of an anonymous set. */
export function setText(set: NftSet, names: readonly string[]): string {
  if (set.name !== null) return `@${set.name}`;
  const elements = elementsOf(set);
  const told = elements.slice(0, TOLD).map((element) => elementText(element, names));
  const more = elements.length > TOLD ? [`and ${elements.length - TOLD} more`] : [];
  return `{ ${[...told, ...more].join(', ')} }`;
}

function elementText({ key }: NftElement, names: readonly string[]): string {
  return key.map((interval, i) => intervalText(interval, names[i] ?? '')).join(' . ');
}

/** `==` is not written. */
export function operatorText(operator: MatchOperator): string {
  return operator === '==' || operator === 'in' ? '' : `${operator} `;
}
