/** Typed access to the fields of parsed JSON, forgiving where tools changed their minds. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the field is there at all; iproute2 prints flags as `"not": null`. */
export function has(object: JsonObject, key: string): boolean {
  return Object.hasOwn(object, key);
}

/** A field as text; numbers are printed, because tools differ (`"table": 100`, `"100"`). */
export function textOf(object: JsonObject, key: string): string | null {
  const value = has(object, key) ? object[key] : undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** A field as a number; numeric text counts, decimal or `0x`. */
export function numberOf(object: JsonObject, key: string): number | null {
  const value = has(object, key) ? object[key] : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' ? parseNumber(value) : null;
}

/** A non-negative integer, decimal or `0x`, or null. */
export function parseNumber(text: string): number | null {
  return /^(?:\d{1,15}|0x[0-9a-fA-F]{1,13})$/.test(text) ? Number(text) : null;
}

/** A field as a truth value: `true`, `1` and `"on"` are; null when it is absent or neither. */
export function flagOf(object: JsonObject, key: string): boolean | null {
  const value = has(object, key) ? object[key] : undefined;
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 'on' || value === '1') return true;
  if (value === 0 || value === 'off' || value === '0') return false;
  return null;
}

export function objectOf(object: JsonObject, key: string): JsonObject | null {
  const value = has(object, key) ? object[key] : undefined;
  return isObject(value) ? value : null;
}

export function listOf(object: JsonObject, key: string): readonly unknown[] {
  const value = has(object, key) ? object[key] : undefined;
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

export function objectsOf(object: JsonObject, key: string): readonly JsonObject[] {
  return listOf(object, key).filter(isObject);
}

export function textsOf(object: JsonObject, key: string): readonly string[] {
  return listOf(object, key).filter((item): item is string => typeof item === 'string');
}
