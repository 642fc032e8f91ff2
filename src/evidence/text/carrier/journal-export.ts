import type { LineReader, TextLine } from '../line-reader.ts';
import { type LogFraming, readFraming } from '../log/log-framing.ts';
import type { CarriedLine } from './carried-line.ts';
import { journalEntry } from './journal-entry.ts';

const FIELD = /^([A-Z_][A-Z0-9_]{0,63})=(.*)$/;
/** `journalctl -o verbose`: the head of an entry. */
const VERBOSE = /^[A-Z][a-z]{2} (\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{6} \S{1,40}) \[s=[0-9a-f]/;
/** Fields that one entry may have. */
const MAX_FIELDS = 500;

/** Reads `journalctl -o export` and `-o verbose`: an entry of one field a line. */
export function journalExport(carry: CarriedLine): LineReader {
  let fields: Map<string, string> | null = null;
  let at: TextLine | null = null;
  let head: LogFraming | null = null;

  const finish = (): void => {
    const [known, message, above] = [fields, at, head];
    fields = null;
    at = null;
    head = null;
    const entry = known && journalEntry((name) => known.get(name), above);
    if (entry && message) carry(entry.message, entry.carrier, message);
  };

  return {
    take(line): boolean {
      const { text } = line;
      const verbose = text.includes('[s=') ? VERBOSE.exec(text) : null;
      if (verbose || text.startsWith('__CURSOR=')) {
        finish();
        fields = new Map();
        head = verbose && readFraming(`${verbose[1]} `);
        return true;
      }
      if (fields === null) return false;
      const field = FIELD.exec(text);
      if (!field || line.afterBlank || fields.size > MAX_FIELDS) {
        finish();
        return false;
      }
      const [, name = '', value = ''] = field;
      if (name === 'MESSAGE') at = line;
      fields.set(name, value);
      return true;
    },
    end: finish,
  };
}
