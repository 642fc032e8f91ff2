/** TCP options as bytes on the wire. RFC 9293 3.2, RFC 7323. */

export interface TcpOptions {
  readonly mss: number | null;
  readonly windowScale: number | null;
  readonly timestampValue: number | null;
  readonly timestampEcho: number | null;
}

export const NO_TCP_OPTIONS: TcpOptions = {
  mss: null,
  windowScale: null,
  timestampValue: null,
  timestampEcho: null,
};

/** Reads the options up to the first malformed one. */
export function readTcpOptions(bytes: Uint8Array): TcpOptions {
  if (bytes.length === 0) return NO_TCP_OPTIONS;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const options: { -readonly [name in keyof TcpOptions]: TcpOptions[name] } = { ...NO_TCP_OPTIONS };
  let at = 0;
  while (at < bytes.length) {
    const kind = view.getUint8(at);
    if (kind === 0) break;
    if (kind === 1) {
      at++;
      continue;
    }
    if (at + 1 >= bytes.length) break;
    const length = view.getUint8(at + 1);
    if (length < 2 || at + length > bytes.length) break;
    if (kind === 2 && length === 4) options.mss = view.getUint16(at + 2);
    if (kind === 3 && length === 3) options.windowScale = view.getUint8(at + 2);
    if (kind === 8 && length === 10) {
      options.timestampValue = view.getUint32(at + 2);
      options.timestampEcho = view.getUint32(at + 6);
    }
    at += length;
  }
  return options;
}

/** The bytes of `020405B4...`, or null when the text is not an even number of hex digits. */
export function bytesOfHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < text.length; at += 2) {
    const high = hexDigit(text.charCodeAt(at));
    const low = hexDigit(text.charCodeAt(at + 1));
    if (high < 0 || low < 0) return null;
    bytes[at / 2] = high * 16 + low;
  }
  return bytes;
}

/** -1 for another character. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
