import { flagOf, isObject, type JsonObject, numberOf, textOf } from '../../json-value.ts';
import type { TableScope } from '../table-scope.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"rate": 10, "per": "second", "burst": 5, "inv": true}`, or the name of a limit. */
export const readLimit: StatementReader = (operand, scope) => {
  if (typeof operand === 'string') return named('limit', operand, scope);
  if (!isObject(operand)) return null;
  const rate = numberOf(operand, 'rate');
  const per = textOf(operand, 'per');
  if (rate === null || per === null) return null;
  const over = flagOf(operand, 'inv') ?? false;
  const unit = textOf(operand, 'rate_unit') ?? 'packets';
  const amount = unit === 'packets' ? String(rate) : `${rate} ${unit}`;
  const text = `limit rate ${over ? 'over ' : ''}${amount}/${per}${burstOf(operand, unit)}`;
  return { node: { kind: 'limiter', name: 'limit', over, exceeded: false, text }, text };
};

/** nft leaves out the burst that it takes by itself: 5 packets, or no bytes. */
function burstOf(limit: JsonObject, rateUnit: string): string {
  const burst = numberOf(limit, 'burst') ?? 0;
  if (rateUnit === 'packets') return burst === 5 ? '' : ` burst ${burst} packets`;
  return burst === 0 ? '' : ` burst ${burst} ${textOf(limit, 'burst_unit') ?? 'bytes'}`;
}

/** `{"val": 10, "val_unit": "mbytes", "inv": true}`, or the name of a quota. */
export const readQuota: StatementReader = (operand, scope) => {
  if (typeof operand === 'string') return named('quota', operand, scope);
  if (!isObject(operand)) return null;
  const value = numberOf(operand, 'val');
  if (value === null) return null;
  const over = flagOf(operand, 'inv') ?? false;
  const used = numberOf(operand, 'used') ?? 0;
  const unit = textOf(operand, 'val_unit') ?? 'bytes';
  const usedUnit = textOf(operand, 'used_unit') ?? 'bytes';
  const text = `quota ${over ? 'over ' : ''}${value} ${unit}`;
  const exceeded = used * unitSize(usedUnit) > value * unitSize(unit);
  return { node: { kind: 'limiter', name: 'quota', over, exceeded, text }, text };
};

function unitSize(unit: string): number {
  return unit === 'mbytes' ? 1024 * 1024 : unit === 'kbytes' ? 1024 : 1;
}

/** `{"val": 20, "inv": true}`. */
export const readCtCount: StatementReader = (operand) => {
  if (!isObject(operand)) return null;
  const value = numberOf(operand, 'val');
  if (value === null) return null;
  const over = flagOf(operand, 'inv') ?? false;
  const text = `ct count ${over ? 'over ' : ''}${value}`;
  return { node: { kind: 'limiter', name: 'ct-count', over, exceeded: false, text }, text };
};

function named(kind: 'limit' | 'quota', name: string, scope: TableScope) {
  const limit = scope.limits.get(`${kind} ${name}`);
  const text = `${kind} name "${name}"`;
  return limit ? { node: { kind: 'limiter', name: kind, ...limit, text } as const, text } : null;
}
