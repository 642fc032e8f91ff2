/**
 * Of a log of very many lines most are further packets of flows that were seen: they are told
 * apart by their text, without being read.
 */
export interface BulkLog {
  /** Whether the line is one more than `share` of its flow at its place and opens or ends nothing. */
  isSpare(raw: string, share: number): boolean;
}

/** Flows and places to count: a power of two, and how many of its slots are used. */
const SLOTS = 131_072;
const MOST = 65_536;
const LONGEST = 2000;

export function bulkLog(): BulkLog {
  // No string is made of a line: its flow is known by two hashes of 32 bits.
  const first = new Uint32Array(SLOTS);
  const second = new Uint32Array(SLOTS);
  const counts = new Uint32Array(SLOTS);
  let used = 0;

  /** How many lines of the flow there were before; null when it is not counted. */
  const next = (a: number, b: number): number | null => {
    let at = a & (SLOTS - 1);
    for (let count = counts[at] ?? 0; count > 0; count = counts[at] ?? 0) {
      if (first[at] === a && second[at] === b) {
        counts[at] = count + 1;
        return count;
      }
      at = (at + 1) & (SLOTS - 1);
    }
    if (used >= MOST) return null;
    used++;
    first[at] = a;
    second[at] = b;
    counts[at] = 1;
    return 0;
  };

  return {
    isSpare(raw, share): boolean {
      if (share === Number.POSITIVE_INFINITY || raw.length > LONGEST) return false;
      const devices = raw.indexOf('IN=');
      const source = raw.indexOf(' SRC=', devices);
      const length = raw.indexOf(' LEN=', source);
      const ports = raw.indexOf(' SPT=', length);
      const destinationPort = raw.indexOf(' DPT=', ports);
      const behind = raw.indexOf(' ', destinationPort + 1);
      if (devices < 0 || source < 0 || length < 0 || ports < 0 || destinationPort < 0) return false;
      if (behind < 0 || !isPlain(raw, behind)) return false;
      // The kernel's own stamp, or syslog's tag, ends before the prefix.
      const stamp = Math.max(raw.lastIndexOf('] ', devices), raw.lastIndexOf('kernel: ', devices));
      let a = 0x811c9dc5;
      let b = 0x9e3779b9;
      const mix = (from: number, end: number): void => {
        for (let at = from; at < end; at++) {
          const code = raw.charCodeAt(at);
          a = Math.imul(a ^ code, 0x01000193);
          b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
        }
      };
      mix(Math.max(stamp, devices - 40, 0), length);
      mix(ports, behind);
      const before = next((a ^ (a >>> 15)) >>> 0, b >>> 0);
      return before === null ? share === 0 : before >= share;
    },
  };
}

/** A whole line of a packet that neither opens nor ends a connection; not JSON around one. */
function isPlain(raw: string, behind: number): boolean {
  if (raw.startsWith('{') || raw.includes('PACKET:')) return false;
  if (raw.startsWith(' LEN=', behind)) return true;
  return (
    raw.indexOf(' URGP=', behind) > 0 &&
    raw.indexOf(' SYN ', behind) < 0 &&
    raw.indexOf(' FIN ', behind) < 0 &&
    raw.indexOf(' RST ', behind) < 0
  );
}
