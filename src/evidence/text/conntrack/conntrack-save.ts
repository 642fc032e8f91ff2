import { parseProtocol } from '../../../packet/protocol.ts';
import { NO_TIME } from '../wall-time.ts';
import type { EntryText } from './tracked-draft.ts';

const EVENTS = { '-A': 'listed', '-I': 'new', '-U': 'update', '-D': 'destroy' } as const;
const MAX_WORDS = 80;

/**
 * Reads an entry of `conntrack -o save`: the options that would make it again. Null for another
 * line. conntrack-tools: src/conntrack.c, ct_save_snprintf().
 */
export function parseConntrackSave(line: string): EntryText | null {
  const words = line.split(' ', MAX_WORDS).filter((word) => word !== '');
  const action = words[0];
  if (action !== '-A' && action !== '-I' && action !== '-U' && action !== '-D') return null;
  const options = new Map<string, string>();
  for (let at = 1; at + 1 < words.length; at += 2) {
    const [name = '', value = ''] = [words[at], words[at + 1]];
    if (!name.startsWith('-')) return null;
    options.set(name, value);
  }
  const protocol = parseProtocol(options.get('-p') ?? '');
  // What is translated stands as -g (destination) and -n (source) instead.
  const replySource = options.get('-r') ?? options.get('-g');
  const replyDestination = options.get('-q') ?? options.get('-n');
  if (protocol === null || replySource === undefined || replyDestination === undefined) return null;
  const tuple = (names: Readonly<Record<string, string>>): Map<string, string> => {
    const fields = new Map<string, string>();
    for (const [field, option] of Object.entries(names)) {
      const value = options.get(option);
      if (value !== undefined) fields.set(field, value);
    }
    return fields;
  };
  const status = options.get('-u')?.split(',') ?? [];
  return {
    event: EVENTS[action],
    protocol,
    original: tuple({ src: '-s', dst: '-d', sport: '--sport', dport: '--dport' }),
    reply: new Map([
      ['src', replySource],
      ['dst', replyDestination],
      ...tuple({ sport: '--reply-port-src', dport: '--reply-port-dst' }),
    ]),
    state: options.get('--state') ?? null,
    unreplied: !status.includes('SEEN_REPLY'),
    assured: status.includes('ASSURED'),
    mark: options.get('-m') ?? options.get('--mark'),
    zone: options.get('-w') ?? options.get('--zone'),
    timeout: options.get('-t'),
    time: NO_TIME,
  };
}
