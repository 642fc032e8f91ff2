import { expect, test } from 'vitest';
import { parseConntrack } from '../../snapshot/conntrack.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Connection } from './connection.ts';
import { timeoutOf } from './timeouts.ts';

const netns = (values: Readonly<Record<string, string>>): Pick<NetnsState, 'sysctls'> => ({
  sysctls: {
    complete: true,
    values: new Map(
      Object.entries(values).map(([key, value]) => [
        `net.netfilter.nf_conntrack_${key}`,
        { value, source: null },
      ]),
    ),
  },
});

const UDP =
  'udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=53 src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1';

test.each([
  [UDP, {}, 30],
  [UDP, { udp_timeout: '2' }, 2],
  [`${UDP} [ASSURED]`, { udp_timeout: '2' }, 120],
  [UDP.replace('udp 17 29', 'tcp 6 9 CLOSE'), {}, 10],
  [UDP.replace('udp 17 29', 'tcp 6 9 ESTABLISHED'), { tcp_timeout_established: '3600' }, 3600],
  [UDP.replace('udp 17 29', 'sctp 132 9 COOKIE_WAIT'), {}, 3],
  [UDP.replace('udp 17 29', 'unknown 253 9'), { generic_timeout: '60' }, 60],
])('%s stays under %o for %d s', (line, values, seconds) => {
  const [entry] = parseConntrack(`${line}\n`, 'conntrack.txt').value;
  const connection = entry as Pick<Connection, 'original' | 'state' | 'assured'> | undefined;
  if (!connection) throw new Error(line);
  expect(timeoutOf(netns(values) as NetnsState, connection as Connection)).toBe(seconds);
});
