import type { Sysctls, SysctlValue } from '../kernel/sysctl.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { warning } from './make-issue.ts';

/**
 * Reads `sysctl -a`. A key that is missing from a whole listing does not exist in that namespace
 * (a module that is not loaded); from a listing that was cut or picked by hand it is unknown.
 */
export function parseSysctl(text: string, file: string): Parsed<Sysctls> {
  const values = new Map<string, SysctlValue>();
  const issues: Issue[] = [];
  let sorted = true;
  let lastKey = '';
  let line = 0;
  let unreadable = 0;
  const lines = text.split('\n');
  const endsWell = lines.at(-1) === '';
  for (const [index, content] of lines.entries()) {
    line = index + 1;
    if (content === '' || content.startsWith('#')) continue;
    const at = content.indexOf('=');
    const key = dotted(content.slice(0, Math.max(at, 0)).trim());
    const source = { file, line, text: content };
    if (at < 0 || !/^[^\s.]+\.[^\s]+$/.test(key)) {
      // `sysctl: reading key "net.ipv6.conf.all.stable_secret"`: refused to root too, means nothing.
      if (!content.startsWith('sysctl: ') && unreadable++ === 0) {
        issues.push(warning('unreadable-record', source, content.slice(0, 80)));
      }
      continue;
    }
    if (line === lines.length) {
      // No newline after it: the value may be cut.
      issues.push(warning('truncated', source, key));
      continue;
    }
    values.set(key, {
      value: content
        .slice(at + 1)
        .trim()
        .replaceAll(/\s+/g, ' '),
      source,
    });
    if (section(key) < section(lastKey)) sorted = false;
    lastKey = key;
  }
  const complete =
    endsWell &&
    WHOLE_LISTING_HAS.every((key) => values.has(key)) &&
    (!sorted || section(lastKey) > 'ipv4');
  return { value: { complete, values }, issues };
}

/** sysctl(8) may separate by slashes, and then writes a dot of a device's name as a dot. */
function dotted(key: string): string {
  if (!/^[^.]*\//.test(key)) return key;
  return key.replaceAll(/[./]/g, (separator) => (separator === '/' ? '.' : '/'));
}

/** `ipv4` of `net.ipv4.ip_forward`: sysctl lists the directories of /proc/sys/net in order. */
function section(key: string): string {
  return key.split('.', 2)[1] ?? '';
}

const WHOLE_LISTING_HAS = [
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.default.rp_filter',
  'net.ipv4.conf.lo.rp_filter',
  'net.ipv4.ip_forward',
];
