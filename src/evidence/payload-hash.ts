/**
 * A hash of 64 bits as 16 hexadecimal digits, of the bytes from `from` to `end`: tells payloads
 * apart, protects against nobody. Two multiplicative lanes as in MurmurHash's finish.
 */
export function payloadHash(data: Uint8Array, from: number, end: number): string {
  let a = 0x9e3779b9 ^ (end - from);
  let b = 0x85ebca6b ^ (end - from);
  for (let at = from; at < end; at++) {
    const byte = data[at] ?? 0;
    a = Math.imul(a ^ byte, 0x9e3779b1);
    b = Math.imul(b ^ byte, 0x5f356495);
    a ^= b >>> 15;
    b ^= a >>> 13;
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return hex8(a) + hex8(b);
}

function hex8(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
