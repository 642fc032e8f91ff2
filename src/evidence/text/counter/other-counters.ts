import type { LineReader } from '../line-reader.ts';
import type { CounterDraft } from './counter-draft.ts';

const ETHTOOL_COMMAND = /(?:^|[\s$#])ethtool (?:-S|--statistics) (\S{1,15})$/;
const ETHTOOL_FILE =
  /^ethtool[-_.](?:S[-_.])?([A-Za-z][\w.]{0,14}?)(?:[-_.](?:before|after))?\.txt$/;
const ETHTOOL_ROW = /^([A-Za-z[][\w.[\] /-]{0,80}): (\d{1,20})$/;

/** Reads `ethtool -S DEVICE`; only the command or the file's name says of which device it is. */
export function ethtoolLines(counters: CounterDraft, file: string): LineReader {
  let device = ETHTOOL_FILE.exec(file)?.[1] ?? null;
  let open = false;
  return {
    take({ text, source }): boolean {
      if (text === 'NIC statistics:') {
        open = true;
        return true;
      }
      const row = open ? ETHTOOL_ROW.exec(text) : null;
      open = row !== null;
      if (row) {
        counters.count(device, row[1] ?? '', Number(row[2]), source);
        return true;
      }
      const command = text.includes('ethtool ') ? ETHTOOL_COMMAND.exec(text) : null;
      if (command) device = command[1] ?? null;
      return command !== null;
    },
  };
}

const CONNTRACK_ROW = /^cpu=(\d{1,5})\s+((?:[a-z_]{2,20}=\d{1,20} ?){3,30})$/;

/** Reads `conntrack -S`: a line per processor, summed up. */
export function conntrackStatLines(counters: CounterDraft): LineReader {
  let sums = new Map<string, number>();
  let last: Parameters<LineReader['take']>[0] | null = null;

  const finish = (): void => {
    if (last) {
      for (const [name, value] of sums)
        counters.count(null, `conntrack_${name}`, value, last.source);
    }
    sums = new Map();
    last = null;
  };

  return {
    take(line): boolean {
      const row = line.text.startsWith('cpu=') ? CONNTRACK_ROW.exec(line.text) : null;
      if (!row || row[1] === '0') finish();
      if (!row) return false;
      last = line;
      for (const field of (row[2] ?? '').trim().split(' ')) {
        const [name = '', value] = field.split('=');
        sums.set(name, (sums.get(name) ?? 0) + Number(value));
      }
      return true;
    },
    end: finish,
  };
}
