import type { JsonRecord, LineReader, RecordReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { observeUlogd } from './ulogd-packet.ts';

const BOUNDARY = '===>PACKET BOUNDARY';
const FIELD = /^([a-z][a-z0-9_]{0,20}(?:\.[a-z0-9_]{1,20}){0,3})=(.*)$/;
const MAX_FIELDS = 200;

/** Reads ulogd's GPRINT (one line a packet) and OPRINT (one line a key). */
export function ulogdLines(draft: PartDraft): LineReader {
  let open: { readonly fields: Map<string, string>; readonly line: TextLine } | null = null;

  const finish = (): void => {
    if (open && open.fields.size > 0) {
      const { fields, line } = open;
      observeUlogd(draft, (key) => printed(fields.get(key)), line);
    }
    open = null;
  };

  const takeGprint = (line: TextLine): void => {
    const fields = new Map<string, string>();
    for (const field of line.text.split(/,(?=[a-z][a-z0-9_.]{1,40}=)/, MAX_FIELDS)) {
      const at = field.indexOf('=');
      if (at > 0 && !fields.has(field.slice(0, at))) {
        fields.set(field.slice(0, at), field.slice(at + 1));
      }
    }
    observeUlogd(draft, (key) => fields.get(key), line);
  };

  return {
    take(line): boolean {
      const { text } = line;
      // Cleaning takes the marks for those of a quotation.
      if (text.endsWith('PACKET BOUNDARY') && line.raw.includes(BOUNDARY)) {
        finish();
        open = { fields: new Map(), line };
        return true;
      }
      if (text.includes(',oob.') || text.includes(',raw.pktlen=')) {
        if (!text.includes('=')) return false;
        finish();
        takeGprint(line);
        return true;
      }
      if (open === null) return false;
      const field = FIELD.exec(text);
      if (!field || open.fields.size > MAX_FIELDS) {
        finish();
        return false;
      }
      const [, key = '', value = ''] = field;
      if (!open.fields.has(key)) open.fields.set(key, value);
      return true;
    },
    end: finish,
  };
}

/** OPRINT's word for a key without a printable value. */
function printed(value: string | undefined): string | undefined {
  return value === 'default' ? undefined : value;
}

/** Reads ulogd's JSON. */
export function ulogdRecords(draft: PartDraft): RecordReader {
  return {
    take(record: JsonRecord, line): boolean {
      if (record['oob.hook'] === undefined && record['oob.prefix'] === undefined) return false;
      observeUlogd(
        draft,
        (key) => {
          const value = record[key];
          return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
        },
        line,
      );
      return true;
    },
  };
}
