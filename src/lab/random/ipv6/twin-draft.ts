import type { Draft } from '../draft.ts';
import type { Random } from '../random.ts';
import { printTables } from '../xtables-draft.ts';
import { twinAddresses, twinIpset, twinNft, twinXtables } from './twin-text.ts';

/** Gives a namespace of IPv4 the same in IPv6: addresses, routes, rules, settings. */
export function addTwin(random: Random, draft: Draft, index: number): void {
  const devices = addAddresses(random, draft, index);
  for (const line of [...draft.ip]) addLine(draft, line);
  addSysctls(random, draft, devices);
  // Some have rules of one family only, which is how the other one is forgotten.
  if (random.chance(0.2)) return;
  draft.ipsets.push(...[...draft.ipsets].map(twinIpset));
  const openly = random.chance(0.85);
  for (const backend of ['legacy', 'iptablesNft'] as const) {
    if (draft[backend].size === 0) continue;
    const text = twinXtables(printTables(draft[backend]));
    draft.ip6tables[backend] = openly ? withDiscovery(text) : text;
  }
  // A table of the family inet speaks of IPv6 already; of two alike nobody knows which runs first.
  draft.nft.push(...draft.nft.filter((table) => /^table ip /.test(table)).map(twinNft));
  draft.listeners.push(
    ...draft.listeners
      .filter(({ address }) => address !== undefined)
      .map((listener) => ({ ...listener, address: twinAddresses(listener.address ?? '') })),
  );
}

/** Twins of the addresses, and a link-local one for each device but a few. Returns the devices. */
function addAddresses(random: Random, draft: Draft, index: number): readonly string[] {
  const found = draft.ip.flatMap((line) => {
    const [, address = '', length = '', device = ''] =
      /^addr add (\S+)\/(\d+) dev (\S+)$/.exec(line) ?? [];
    return address === '' ? [] : [{ address, length: Number(length), device }];
  });
  const devices = [...new Set(found.map(({ device }) => device))];
  devices.forEach((device, i) => {
    if (random.chance(0.97)) {
      draft.ip.push(`addr add fe80::${index.toString(16)}:${i + 1}/64 dev ${device} nodad`);
    }
  });
  for (const [at, { address, length, device }] of found.entries()) {
    const old = random.chance(0.05) ? ' preferred_lft 0' : '';
    const subnet = length === 32 ? 128 : 64;
    draft.ip.push(`addr add ${twinAddresses(address)}/${subnet} dev ${device} nodad${old}`);
    if (random.chance(0.15)) {
      const second = random.pick([`fd00:99:${index}:${at}::1`, `2001:db8:99:${index}:${at}::1`]);
      draft.ip.push(`addr add ${second}/64 dev ${device} nodad`);
    }
  }
  return devices;
}

/** The twin of a line of `ip` about routes, rules and neighbours. */
function addLine(draft: Draft, line: string): void {
  if (/nexthop add|nhid/.test(line)) return;
  if (!/^(?:route|rule|neigh) /.test(line) || /fd00:|2001:|fe80:/.test(line)) return;
  const twin = twinAddresses(line);
  // A batch takes what names no address of IPv6, and every rule, for IPv4.
  if (twin === line || twin.startsWith('rule ')) {
    draft.commands.push(['ip', '-6', ...twin.split(' ')]);
  } else draft.ip.push(twin);
}

function addSysctls(random: Random, draft: Draft, devices: readonly string[]): void {
  const forwards = draft.sysctls['net.ipv4.ip_forward'];
  if (forwards !== undefined) {
    draft.sysctls['net.ipv6.conf.all.forwarding'] = random.chance(0.95) ? forwards : '0';
  }
  const bridged = draft.sysctls['net.bridge.bridge-nf-call-iptables'];
  if (bridged !== undefined) draft.sysctls['net.bridge.bridge-nf-call-ip6tables'] = bridged;
  if (draft.sysctls['net.ipv4.fwmark_reflect'] === '1') {
    draft.sysctls['net.ipv6.fwmark_reflect'] = '1';
  }
  // See `withoutRedirects`: of IPv6, who is told can be asked not to listen.
  for (const device of devices) {
    draft.sysctls[`net.ipv6.conf.${device.replaceAll('.', '/')}.accept_redirects`] = '0';
  }
}

/** Where a policy drops, neighbours are let in first, as every tool that sets one does. */
function withDiscovery(text: string): string {
  return text.replace(
    /^:(INPUT|FORWARD|OUTPUT) DROP .*\n(?:[\s\S]*?)(?=^-A|^COMMIT)/gm,
    (head, chain) => {
      const rules = ['135', '136'].map(
        (type) => `-A ${chain} -p icmpv6 -m icmp6 --icmpv6-type ${type} -j ACCEPT\n`,
      );
      return `${head}${rules.join('')}`;
    },
  );
}
