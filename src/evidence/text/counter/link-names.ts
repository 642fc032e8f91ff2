/** The kernel's names (struct rtnl_link_stats64) of what the tools print of a device. */
const RX: Readonly<Record<string, string>> = {
  bytes: 'rx_bytes',
  packets: 'rx_packets',
  errors: 'rx_errors',
  errs: 'rx_errors',
  dropped: 'rx_dropped',
  drop: 'rx_dropped',
  missed: 'rx_missed_errors',
  missed_errors: 'rx_missed_errors',
  overrun: 'rx_over_errors',
  over_errors: 'rx_over_errors',
  mcast: 'multicast',
  multicast: 'multicast',
  length: 'rx_length_errors',
  length_errors: 'rx_length_errors',
  crc: 'rx_crc_errors',
  crc_errors: 'rx_crc_errors',
  frame: 'rx_frame_errors',
  frame_errors: 'rx_frame_errors',
  fifo: 'rx_fifo_errors',
  fifo_errors: 'rx_fifo_errors',
  overruns: 'rx_fifo_errors',
  compressed: 'rx_compressed',
  nohandler: 'rx_nohandler',
};
const TX: Readonly<Record<string, string>> = {
  bytes: 'tx_bytes',
  packets: 'tx_packets',
  errors: 'tx_errors',
  errs: 'tx_errors',
  dropped: 'tx_dropped',
  drop: 'tx_dropped',
  carrier: 'tx_carrier_errors',
  carrier_errors: 'tx_carrier_errors',
  collsns: 'collisions',
  colls: 'collisions',
  collisions: 'collisions',
  aborted: 'tx_aborted_errors',
  aborted_errors: 'tx_aborted_errors',
  fifo: 'tx_fifo_errors',
  fifo_errors: 'tx_fifo_errors',
  overruns: 'tx_fifo_errors',
  window: 'tx_window_errors',
  window_errors: 'tx_window_errors',
  heartbt: 'tx_heartbeat_errors',
  heartbeat: 'tx_heartbeat_errors',
  heartbeat_errors: 'tx_heartbeat_errors',
  transns: 'carrier_changes',
  carrier_changes: 'carrier_changes',
  compressed: 'tx_compressed',
};

/** Null for a column that is none of these. */
export function linkCounter(direction: 'rx' | 'tx', column: string): string | null {
  const names = direction === 'rx' ? RX : TX;
  return Object.hasOwn(names, column) ? (names[column] ?? null) : null;
}

const SCALES: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };

/** A number of `ip -s`, or of `ip -s -h`, which rounds: `143k`, `1.5Mi`. */
export function linkValue(text: string): number | null {
  const match = /^(\d{1,20}(?:\.\d{1,3})?)(?:([kKMGTP])(i)?)?$/.exec(text);
  if (!match) return null;
  const [, digits, unit, binary] = match;
  const scale = unit === undefined ? 1 : (SCALES[unit === 'K' ? 'k' : unit] ?? 1);
  const power = Math.round(Math.log10(scale) / 3);
  return Math.round(Number(digits) * (binary === undefined ? scale : 1024 ** power));
}
