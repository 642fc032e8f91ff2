import type { JsonRecord, RecordReader, TextLine } from '../line-reader.ts';
import { readFraming } from '../log/log-framing.ts';
import type { CarriedLine } from './carried-line.ts';
import { journalEntry } from './journal-entry.ts';

/** Reads `journalctl -o json`, `dmesg -J` and Docker's json-file. */
export function journalRecords(carry: CarriedLine): RecordReader {
  const container = (record: JsonRecord, line: TextLine): boolean => {
    const { log, time } = record;
    if (typeof log !== 'string' || typeof time !== 'string') return false;
    const carrier = { ...readFraming(`${time} `), message: '' };
    carry(log, carrier, line);
    return true;
  };

  const dmesg = (entries: unknown, line: TextLine): boolean => {
    if (!Array.isArray(entries)) return false;
    for (const entry of entries) {
      if (typeof entry !== 'object' || entry === null) continue;
      const { time, msg } = entry;
      if (typeof msg !== 'string') continue;
      const known = typeof time === 'number' && Number.isFinite(time);
      carry(
        msg,
        { time: known ? time : null, base: known ? 'uptime' : 'none', host: null, message: '' },
        line,
      );
    }
    return true;
  };

  return {
    take(record, line): boolean {
      const entry = journalEntry((name) => record[name]);
      if (entry) {
        carry(entry.message, entry.carrier, line);
        return true;
      }
      return dmesg(record.dmesg, line) || container(record, line);
    },
  };
}
