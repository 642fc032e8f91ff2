import { isIP } from 'node:net';

/**
 * What of a snapshot may stand in a line for `ip -batch` or `bridge -batch`. These tools split at
 * spaces, take quotes and cut at `#`; a name from a file is checked, never quoted.
 */

/** A device name that the kernel accepts and no tool misreads. Linux: dev_valid_name(). */
export function isDeviceName(name: string): boolean {
  return /^[A-Za-z0-9_.~+][A-Za-z0-9_.~+@=-]{0,14}$/.test(name) && name !== '.' && name !== '..';
}

/** An address, or null. The family is what `node:net` says. */
export function addressFamily(text: string): 4 | 6 | null {
  const family = isIP(text.includes('%') ? '' : text);
  return family === 4 || family === 6 ? family : null;
}

/** `ADDRESS/LENGTH`, or an address alone. */
export function prefixFamily(text: string): 4 | 6 | null {
  const [address = '', length, ...more] = text.split('/');
  const family = addressFamily(address);
  if (family === null || more.length > 0) return null;
  if (length === undefined) return family;
  return /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128) ? family : null;
}

export function isMac(text: string): boolean {
  return /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(text);
}

/** A small word of a tool: a scope, a protocol, a table's name. */
export function isWord(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/.test(text);
}

export function isCount(value: number | null): value is number {
  return value !== null && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}

/** A key of `sysctl`, with `/` for a dot inside a name. */
export function isSysctlKey(key: string): boolean {
  return /^net\.[A-Za-z0-9_./~+@=-]+$/.test(key) && !key.split(/[./]/).includes('');
}
