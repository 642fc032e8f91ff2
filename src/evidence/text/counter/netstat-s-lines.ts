import type { LineReader } from '../line-reader.ts';
import type { CounterDraft } from './counter-draft.ts';
import { NETSTAT_ICMP, NETSTAT_NAMES } from './netstat-s-names.ts';

const SECTION = /^(Ip6?|Icmp6?|IcmpMsg|Tcp|Udp6?|UdpLite6?|TcpExt|IpExt|MPTcpExt|Sctp):$/;
const HISTOGRAM = /^ICMP (input|output) histogram:$/;
const OWN_NAME = /^([A-Z][A-Za-z0-9]{1,60}): (\d{1,20})$/;
const LABELLED = /^([a-z][a-z -]{1,40}): (\d{1,20})$/;

/** Reads `netstat -s`: sections with a line for each counter, in words or by its name. */
export function netstatStatisticsLines(counters: CounterDraft): LineReader {
  let section: string | null = null;
  let direction: 'In' | 'Out' = 'In';

  const nameOf = (group: string, text: string): readonly [name: string, value: number] | null => {
    const own = OWN_NAME.exec(text);
    if (own) {
      const [, name = '', value] = own;
      return [name.startsWith(group) ? name : `${group}${name}`, Number(value)];
    }
    const labelled = LABELLED.exec(text);
    if (labelled) {
      const [, label = '', value] = labelled;
      const type = group === 'Icmp' ? NETSTAT_ICMP[label] : undefined;
      return [type ? `Icmp${direction}${type}` : `${group} ${direction} ${label}`, Number(value)];
    }
    const numbers = text.match(/(?<![A-Za-z_])\d{1,20}(?![A-Za-z_])/g);
    const [value] = numbers ?? [];
    if (value === undefined || numbers?.length !== 1) return null;
    const phrase = text.replace(/(?<![A-Za-z_])\d{1,20}(?![A-Za-z_])/, '#');
    return [NETSTAT_NAMES[group]?.[phrase] ?? `${group} ${phrase}`, Number(value)];
  };

  return {
    take({ text, raw, source }): boolean {
      const begins = SECTION.exec(text);
      if (begins) {
        section = begins[1] ?? null;
        direction = 'In';
        return true;
      }
      if (section === null) return false;
      const histogram = HISTOGRAM.exec(text);
      if (histogram) {
        direction = histogram[1] === 'input' ? 'In' : 'Out';
        return true;
      }
      // Lines of a section are indented; a quotation or list may have eaten that.
      const read = text.length <= 120 && !/[.?!]$/.test(text) ? nameOf(section, text) : null;
      if (!read || (!/^\s/.test(raw) && !/^[>|*-]/.test(raw.trimStart()))) {
        section = null;
        return false;
      }
      counters.count(null, read[0], read[1], source);
      return true;
    },
  };
}
