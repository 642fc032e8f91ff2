import type { JsonRecord, LineReader, RecordReader } from '../line-reader.ts';
import type { CounterDraft } from './counter-draft.ts';
import { linkCounter, linkValue } from './link-names.ts';

const DEVICE = /^\d{1,10}: ([^\s:@]{1,15})(?:@[^\s:]{1,15})?: <[A-Z0-9_,-]{0,200}> mtu \d/;
const COLUMNS = /^(RX|TX)(?: errors)?: +([a-z][a-z ]{1,120})$/;
const MAX_COLUMNS = 20;

/** Reads `ip -s link` and `ip -s -s link`, also of `ip -s addr`. */
export function ipLinkLines(counters: CounterDraft): LineReader {
  let device: string | null = null;
  let columns: { readonly direction: 'rx' | 'tx'; readonly names: readonly string[] } | null = null;
  return {
    take({ text, source }): boolean {
      const named = text.includes(': <') ? DEVICE.exec(text) : null;
      if (named) {
        device = named[1] ?? null;
        columns = null;
        return true;
      }
      if (device === null) return false;
      if (columns) {
        const { direction, names } = columns;
        const values = text.split(/ +/, MAX_COLUMNS).map(linkValue);
        columns = null;
        if (values.length !== names.length || values.includes(null)) return false;
        names.forEach((name, at) => {
          const counter = linkCounter(direction, name);
          const value = values[at] ?? null;
          if (counter !== null && value !== null) counters.count(device, counter, value, source);
        });
        return true;
      }
      const head = text.startsWith('RX') || text.startsWith('TX') ? COLUMNS.exec(text) : null;
      if (head) {
        columns = {
          direction: head[1] === 'RX' ? 'rx' : 'tx',
          names: (head[2] ?? '').trim().split(/ +/, MAX_COLUMNS),
        };
        return true;
      }
      return text.startsWith('link/');
    },
  };
}

/** Reads `ip -j -s link`. */
export function ipLinkRecords(counters: CounterDraft): RecordReader {
  return {
    take(record: JsonRecord, { source }): boolean {
      const device = record.ifname;
      const stats = record.stats64 ?? record.stats;
      if (typeof device !== 'string' || typeof stats !== 'object' || stats === null) return false;
      for (const direction of ['rx', 'tx'] as const) {
        const group: unknown = Reflect.get(stats, direction);
        if (typeof group !== 'object' || group === null) continue;
        for (const [column, value] of Object.entries(group)) {
          const counter = linkCounter(direction, column);
          if (counter !== null && typeof value === 'number') {
            counters.count(device, counter, value, source);
          }
        }
      }
      return true;
    },
  };
}
