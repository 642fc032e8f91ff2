/** Short ways to write nft's JSON, for tables of tests. */

type Json = Readonly<Record<string, unknown>>;

export const payload = (protocol: string, field: string): Json => ({
  payload: { protocol, field },
});
export const meta = (key: string): Json => ({ meta: { key } });
export const ct = (key: string, dir?: string): Json => ({ ct: dir ? { key, dir } : { key } });
export const match = (left: unknown, right: unknown, op = '=='): Json => ({
  match: { op, left, right },
});
export const set = (...elements: readonly unknown[]): Json => ({ set: elements });
export const concat = (...parts: readonly unknown[]): Json => ({ concat: parts });
export const prefix = (addr: string, len: number): Json => ({ prefix: { addr, len } });
export const range = (first: unknown, last: unknown): Json => ({ range: [first, last] });
export const vmap = (key: unknown, data: unknown): Json => ({ vmap: { key, data } });
export const map = (key: unknown, data: unknown): Json => ({ map: { key, data } });
export const mangle = (key: unknown, value: unknown): Json => ({ mangle: { key, value } });
export const jump = (target: string): Json => ({ jump: { target } });
export const goto = (target: string): Json => ({ goto: { target } });

export const DROP: Json = { drop: null };
export const ACCEPT: Json = { accept: null };
export const RETURN: Json = { return: null };

export const SADDR = payload('ip', 'saddr');
export const DADDR = payload('ip', 'daddr');
export const DPORT = payload('tcp', 'dport');
export const TH_DPORT = payload('th', 'dport');
export const MARK = meta('mark');
export const L4PROTO = meta('l4proto');
