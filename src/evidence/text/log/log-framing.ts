import {
  type LineTime,
  monthOf,
  NO_TIME,
  secondsOfDate,
  secondsOfDay,
  secondsOfYearDay,
} from '../wall-time.ts';

/** What syslog, journalctl, dmesg and /dev/kmsg put before a kernel message. */
export interface LogFraming extends LineTime {
  readonly host: string | null;
  /** The message from its first character on, as far as it was given. */
  readonly message: string;
}

const RFC3164 =
  /(?:^|[^A-Za-z])([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))? (\S{1,255}) /;
const ISO =
  /(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ?(Z|UTC|[+-]\d{2}:?\d{2}))? /;
const UNIX = /^(\d{9,11})\.(\d{1,9}) /;
const DMESG_T =
  /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})\] ?/;
/** Also of `dmesg -d`, which adds the distance to the line before. */
const UPTIME = /^\[ *(\d{1,12}\.\d{1,9})(?: <[ \d.]{1,20}>)?\] ?/;
/** `dmesg -e` and `-H`: only the distance, or a minute without its seconds. */
const RELATIVE =
  /^\[(?: *\+\d{1,12}\.\d{1,9}| *<[ \d.]{1,20}>|[A-Z][a-z]{2} ?\d{1,2} \d{2}:\d{2})\] ?/;
/** `dmesg -x`. */
const LEVEL = /^[a-z]{3,8} *:[a-z]{3,6} *: /;
/** rsyslog, when it puts equal messages together. */
const REPEATED = /^message repeated \d{1,9} times: \[ ?/;
const KMSG = /^\d{1,4},\d{1,20},(\d{1,20}),[^;]{0,100};/;
const TAG = /^(?:(\S{1,255}) )?kernel(?:\[\d{1,10}\])?: /;
const RFC5424 = /^(\S{1,255}) kernel (?:\S{1,48} ){2}(?:-|\[[^\]]{0,500}\]) {1,2}(?:\ufeff)?/;

/** Takes the framing off the front of a kernel message. A bare message has none. */
export function readFraming(line: string): LogFraming {
  const text = line.replace(/^<\d{1,3}>(?:1 )?/, '').replace(LEVEL, '');
  const stamp = readStamp(text);
  const named = readTag(stamp);
  const tagged = { ...named, message: named.message.replace(REPEATED, '') };
  // A syslog stamp has whole seconds; the kernel's own time beside it orders the lines.
  const uptime = UPTIME.exec(tagged.message);
  if (!uptime) return { ...tagged, message: tagged.message.replace(RELATIVE, '') };
  const rest = readTag({ ...tagged, message: tagged.message.slice(uptime[0].length) });
  const precise = stamp.time !== null && !Number.isInteger(stamp.time);
  return precise ? rest : { ...rest, time: Number(uptime[1]), base: 'uptime' };
}

/** `host kernel: `, of which a part may be missing. */
function readTag(framing: LogFraming): LogFraming {
  const tag = TAG.exec(framing.message) ?? RFC5424.exec(framing.message);
  if (!tag) return framing;
  const message = framing.message.slice(tag[0].length);
  return { ...framing, host: framing.host ?? tag[1] ?? null, message };
}

function readStamp(text: string): LogFraming {
  const dmesg = DMESG_T.exec(text);
  const dmesgMonth = monthOf(dmesg?.[1] ?? '');
  if (dmesg && dmesgMonth >= 0) {
    const [, , day, h, m, s, year] = dmesg;
    const time = secondsOfDate(Number(year), dmesgMonth, Number(day)) + secondsOfDay([h, m, s]);
    return { time, base: 'date', host: null, message: text.slice(dmesg[0].length) };
  }
  const syslog = RFC3164.exec(text);
  const month = monthOf(syslog?.[1] ?? '');
  if (syslog && month >= 0) {
    const [, , day, h, m, s, fraction, host] = syslog;
    return {
      time: secondsOfYearDay(month, Number(day)) + secondsOfDay([h, m, s], fraction),
      base: 'year',
      host: host === 'kernel:' ? null : (host ?? null),
      message: text.slice(syslog.index + syslog[0].length - (host === 'kernel:' ? 8 : 0)),
    };
  }
  const iso = ISO.exec(text);
  if (iso) {
    const [, year, mon, day, h, m, s, fraction, zone] = iso;
    const local =
      secondsOfDate(Number(year), Number(mon) - 1, Number(day)) + secondsOfDay([h, m, s], fraction);
    return {
      time: local - zoneSeconds(zone),
      base: zone === undefined ? 'date' : 'epoch',
      host: null,
      message: text.slice(iso.index + iso[0].length),
    };
  }
  const unix = UNIX.exec(text);
  if (unix) {
    const message = text.slice(unix[0].length);
    return { time: Number(`${unix[1]}.${unix[2]}`), base: 'epoch', host: null, message };
  }
  const kmsg = KMSG.exec(text);
  if (kmsg) {
    const message = text.slice(kmsg[0].length);
    return { time: Number(kmsg[1]) / 1e6, base: 'uptime', host: null, message };
  }
  return { ...NO_TIME, host: null, message: text };
}

function zoneSeconds(zone: string | undefined): number {
  const parts = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '');
  if (!parts) return 0;
  const seconds = Number(parts[2]) * 3600 + Number(parts[3]) * 60;
  return parts[1] === '-' ? -seconds : seconds;
}
