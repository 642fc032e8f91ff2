import { describe, expect, it } from 'vitest';
import { readFraming } from './log-framing.ts';

const YEAR_DAY = (31 + 28 + 30) * 86_400 + 16 * 3600 + 57 * 60 + 22; // 31 March 16:57:22
const DATE = Date.UTC(2017, 2, 31, 16, 57, 22) / 1000;
const MESSAGE = 'nat out: ';

interface Expected {
  readonly base: string;
  readonly time: number | null;
  readonly host: string | null;
}

describe('what stands before a kernel message', () => {
  it.each<[what: string, line: string, expected: Expected]>([
    [
      'syslog',
      'Mar 31 16:57:22 n1 kernel: nat out: ',
      { base: 'year', time: YEAR_DAY, host: 'n1' },
    ],
    [
      'syslog with a day of one digit',
      'Mar  1 00:00:01 n1 kernel: nat out: ',
      { base: 'year', time: 59 * 86_400 + 1, host: 'n1' },
    ],
    [
      'syslog with the time since boot, which is finer',
      'Mar 31 16:57:22 n1 kernel: [12345.678901] nat out: ',
      { base: 'uptime', time: 12345.678901, host: 'n1' },
    ],
    [
      'syslog with a priority as it is sent',
      '<4>Mar 31 16:57:22 n1 kernel: nat out: ',
      { base: 'year', time: YEAR_DAY, host: 'n1' },
    ],
    [
      'syslog without a host',
      'Mar 31 16:57:22 kernel: nat out: ',
      { base: 'year', time: YEAR_DAY, host: null },
    ],
    [
      'a host with a dot and a dash',
      'Mar 31 16:57:22 node-1.example.org kernel: nat out: ',
      { base: 'year', time: YEAR_DAY, host: 'node-1.example.org' },
    ],
    [
      'syslog with a process number',
      'Mar 31 16:57:22 n1 kernel[0]: nat out: ',
      { base: 'year', time: YEAR_DAY, host: 'n1' },
    ],
    [
      'journalctl -o short-precise',
      'Mar 31 16:57:22.250000 n1 kernel: nat out: ',
      { base: 'year', time: YEAR_DAY + 0.25, host: 'n1' },
    ],
    [
      'journalctl -o short-iso',
      '2017-03-31T16:57:22+0200 n1 kernel: nat out: ',
      { base: 'epoch', time: DATE - 7200, host: 'n1' },
    ],
    [
      'journalctl -o short-iso-precise',
      '2017-03-31T16:57:22.250000-0330 n1 kernel: nat out: ',
      { base: 'epoch', time: DATE + 0.25 + 3.5 * 3600, host: 'n1' },
    ],
    [
      'journalctl -o short-full',
      'Fri 2017-03-31 16:57:22 UTC n1 kernel: nat out: ',
      { base: 'epoch', time: DATE, host: 'n1' },
    ],
    [
      'journalctl -o short-unix',
      '1490979442.250000 n1 kernel: nat out: ',
      { base: 'epoch', time: DATE + 0.25, host: 'n1' },
    ],
    [
      'journalctl -o short-monotonic',
      '[12345.678901] n1 kernel: nat out: ',
      { base: 'uptime', time: 12345.678901, host: 'n1' },
    ],
    [
      'RFC 3339 as rsyslog writes it',
      '2017-03-31T16:57:22.250000+00:00 n1 kernel: nat out: ',
      { base: 'epoch', time: DATE + 0.25, host: 'n1' },
    ],
    [
      'RFC 3339 with Z',
      '2017-03-31T16:57:22.250Z n1 kernel: nat out: ',
      { base: 'epoch', time: DATE + 0.25, host: 'n1' },
    ],
    [
      'RFC 3339 in an unknown zone',
      '2017-03-31 16:57:22 n1 kernel: nat out: ',
      { base: 'date', time: DATE, host: 'n1' },
    ],
    [
      'RFC 5424',
      '<4>1 2017-03-31T16:57:22.250Z n1 kernel - - - nat out: ',
      { base: 'epoch', time: DATE + 0.25, host: 'n1' },
    ],
    ['dmesg', '[12345.678901] nat out: ', { base: 'uptime', time: 12345.678901, host: null }],
    ['dmesg soon after boot', '[    5.5] nat out: ', { base: 'uptime', time: 5.5, host: null }],
    ['dmesg -T', '[Fri Mar 31 16:57:22 2017] nat out: ', { base: 'date', time: DATE, host: null }],
    [
      'dmesg -T with a day of one digit',
      '[Wed Mar  1 00:00:00 2017] nat out: ',
      { base: 'date', time: Date.UTC(2017, 2, 1) / 1000, host: null },
    ],
    [
      'dmesg --time-format iso',
      '2017-03-31T16:57:22,250000+00:00 nat out: ',
      { base: 'epoch', time: DATE + 0.25, host: null },
    ],
    [
      '/dev/kmsg',
      '4,1234,12345678901,-;nat out: ',
      { base: 'uptime', time: 12345.678901, host: null },
    ],
    ['nothing', 'nat out: ', { base: 'none', time: null, host: null }],
  ])('%s', (_what, line, expected) => {
    const { message, ...framing } = readFraming(line);
    expect(message).toBe(MESSAGE);
    expect({ ...framing, time: framing.time && Math.round(framing.time * 1e6) / 1e6 }).toEqual(
      expected,
    );
  });
});
