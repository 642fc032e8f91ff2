import { readdirSync, writeFileSync } from 'node:fs';

/**
 * Settings under /proc/sys, written by this thread for the network namespace that it is in
 * (the kernel looks at the writer's namespace). Faster than a `sysctl` process.
 */

/**
 * The file of a name as `sysctl` prints it. The first separator decides: after `.` the two are
 * swapped, so that `net.ipv4.conf.eth0/1.rp_filter` is a device `eth0.1`; after `/` it is a path.
 * procps: slashdot().
 */
export function sysctlPath(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  const path =
    first === '/' ? name : name.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
  return `/proc/sys/${path}`;
}

/** Sets one value; throws with the error's name. */
export function setSysctl(name: string, value: string): void {
  try {
    writeFileSync(sysctlPath(name), `${value}\n`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(`${sysctlPath(name)}: ${code}`);
  }
}

/** What a namespace starts with, whatever the machine's own settings are that it was copied from. */
const BASELINE: readonly (readonly [string, string])[] = [
  // Compile-time values of net/ipv4/devinet.c; a new namespace copies the machine's.
  ...['all', 'default', 'lo'].flatMap((device): [string, string][] =>
    [
      ['forwarding', '0'],
      ['accept_redirects', '1'],
      ['send_redirects', '1'],
      ['accept_source_route', device === 'all' ? '0' : '1'],
      ['rp_filter', '0'],
      ['src_valid_mark', '0'],
      ['accept_local', '0'],
      ['route_localnet', '0'],
      ['log_martians', '0'],
      ['arp_ignore', '0'],
      ['arp_announce', '0'],
      ['arp_filter', '0'],
      ['proxy_arp', '0'],
    ].map(([key, value]): [string, string] => [`net.ipv4.conf.${device}.${key}`, value ?? '']),
  ),
  // A flow is judged alone: no error message is held back because of the flows before it.
  ['net.ipv4.icmp_ratemask', '0'],
  ['net.ipv6.icmp.ratelimit', '0'],
  // A handshake that one flow left open does not speak again during the next one.
  ['net.ipv4.tcp_synack_retries', '0'],
  // Clients send ICMP echo through datagram sockets; the group is the host's, also in a user namespace.
  ['net.ipv4.ping_group_range', '0 0'],
  // Silence is silence: no reports of groups that a bridge joins, no solicitations, no duplicate address detection, no generated addresses.
  ['net.ipv4.igmp_link_local_mcast_reports', '0'],
  ['net.ipv6.conf.default.router_solicitations', '0'],
  ['net.ipv6.conf.default.accept_dad', '0'],
  ['net.ipv6.conf.default.dad_transmits', '0'],
  ['net.ipv6.conf.default.addr_gen_mode', '1'],
  ['net.ipv6.conf.default.disable_ipv6', '1'],
];

/** Gives this thread's namespace the baseline; what this kernel does not have is not there to set. */
export function setBaseline(): void {
  for (const [name, value] of BASELINE) setIfThere(name, value);
}

/** IPv6 is off where nothing in the topology speaks it, so that it sends nothing of its own. */
export function enableIpv6(): void {
  for (const device of ['default', 'all', 'lo']) {
    setIfThere(`net.ipv6.conf.${device}.disable_ipv6`, '0');
  }
}

/**
 * A neighbour that does not answer fails after 3 solicitations 20 ms apart instead of 1 s apart, and a stale
 * one is not probed while flows are sent. Per device: only the machine's own namespace has defaults.
 */
export function hurryNeighbours(): void {
  for (const family of ['ipv4', 'ipv6']) {
    for (const device of devicesOf(family)) {
      const at = (key: string): string => `net/${family}/neigh/${device}/${key}`;
      setIfThere(at('retrans_time_ms'), '20');
      setIfThere(at('mcast_solicit'), '3');
      setIfThere(at('ucast_solicit'), '3');
      setIfThere(at('delay_first_probe_time'), '3600');
    }
  }
}

function devicesOf(family: string): string[] {
  try {
    return readdirSync(`/proc/sys/net/${family}/neigh`);
  } catch {
    // A kernel without this family.
    return [];
  }
}

function setIfThere(name: string, value: string): void {
  try {
    writeFileSync(sysctlPath(name), `${value}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
