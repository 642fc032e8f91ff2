/**
 * Of a log of very many lines most are further packets of flows that were seen: they are told
 * apart by their text, without being read.
 */
export interface BulkLog {
  /** Whether the line is one more than `share` of its flow at its place and opens or ends nothing. */
  isSpare(raw: string, share: number): boolean;
}

const MOST = 65_536;
const LONGEST = 2000;
export function bulkLog(): BulkLog {
  const counts = new Map<string, number>();
  return {
    isSpare(raw, share): boolean {
      if (share === Number.POSITIVE_INFINITY) return false;
      const key = flowOf(raw);
      if (key === null) return false;
      const before = counts.get(key) ?? 0;
      if (before === 0 && counts.size >= MOST) return share === 0 && isWhole(raw);
      counts.set(key, before + 1);
      return before >= share && isWhole(raw);
    },
  };
}

/** A line that was cut is read as any other, and so is JSON around one. */
function isWhole(raw: string): boolean {
  if (raw.length > LONGEST || raw.startsWith('{')) return false;
  return raw.includes(' URGP=') || / DPT=\d{1,5} LEN=\d{1,5} /.test(raw);
}

/** Prefix, devices and ends of a packet that neither opens nor ends its connection. */
function flowOf(raw: string): string | null {
  const devices = raw.indexOf('IN=');
  const source = raw.indexOf(' SRC=', devices);
  const length = raw.indexOf(' LEN=', source);
  const protocol = raw.indexOf(' PROTO=', length);
  const ports = raw.indexOf(' SPT=', protocol);
  if (devices < 0 || source < 0 || length < 0 || protocol < 0 || ports < 0) return null;
  const behind = raw.indexOf(' ', raw.indexOf(' DPT=', ports) + 1);
  if (behind < 0 || raw.includes('PACKET:')) return null;
  const rest = raw.slice(behind);
  if (rest.includes(' SYN ') || rest.includes(' FIN ') || rest.includes(' RST ')) return null;
  // The kernel's own stamp, or syslog's tag, ends before the prefix.
  const stamp = Math.max(raw.lastIndexOf('] ', devices), raw.lastIndexOf('kernel: ', devices));
  const prefix = raw.slice(Math.max(stamp, devices - 40), devices);
  return `${prefix}${raw.slice(devices, length)}${raw.slice(ports, behind)}`;
}
