import type { Draft } from './draft.ts';
import type { Random } from './random.ts';
import type { NetworkContext } from './random-network.ts';

/**
 * A redirect is advice about later packets, which a trace does not follow, and it is counted with the
 * answers a host may get: one flow's would be felt by the next.
 */
function withoutRedirects(draft: Draft, devices: readonly string[]): void {
  for (const device of ['all', 'default', ...devices]) {
    draft.sysctls[`net.ipv4.conf.${device}.send_redirects`] = '0';
  }
}

/** Kernel parameters of each namespace, as distributions, plugins and hands set them. */
export function randomSysctls({ site, random, draftOf }: NetworkContext): void {
  for (const node of site.nodes) {
    const draft = draftOf(node.name);
    draft.sysctls['net.ipv4.ip_forward'] = random.chance(0.95) ? '1' : '0';
    const devices = node.nics.map(({ device }) => device);
    if (site.pods.some(({ node: name, bridge }) => name === node.name && bridge === 'cni0')) {
      devices.push('cni0');
      if (random.chance(0.35)) draft.sysctls['net.bridge.bridge-nf-call-iptables'] = '0';
    }
    withoutRedirects(draft, devices);
    randomValidation(random, draft, devices);
    if (random.chance(0.12)) draft.sysctls['net.ipv4.conf.all.route_localnet'] = '1';
    if (random.chance(0.08)) draft.sysctls['net.ipv4.conf.all.accept_local'] = '1';
    if (random.chance(0.1)) draft.sysctls['net.ipv4.conf.all.src_valid_mark'] = '1';
    if (random.chance(0.04))
      draft.sysctls[`net.ipv4.conf.${random.pick(devices)}.forwarding`] = '0';
    if (random.chance(0.1)) draft.sysctls['net.ipv4.fwmark_reflect'] = '1';
    if (random.chance(0.1)) draft.sysctls['net.ipv4.tcp_fwmark_accept'] = '1';
    if (random.chance(0.05)) draft.sysctls['net.netfilter.nf_conntrack_tcp_be_liberal'] = '1';
  }
  for (const { name, nics } of [...site.hosts, ...(site.gateway ? [site.gateway] : [])]) {
    withoutRedirects(
      draftOf(name),
      nics.map(({ device }) => device),
    );
  }
  for (const { name } of [...site.pods, ...site.hosts]) {
    if (random.chance(0.15)) {
      draftOf(name).sysctls['net.ipv4.conf.eth0.rp_filter'] = random.pick(['1', '2']);
    }
  }
}

/** Source validation: off, the distributions' strict or loose default, or a mix by device. */
function randomValidation(random: Random, draft: Draft, devices: readonly string[]): void {
  const all = random.weighted([
    [4, '0'],
    [4, '1'],
    [3, '2'],
  ]);
  draft.sysctls['net.ipv4.conf.all.rp_filter'] = all;
  for (const device of devices) {
    if (random.chance(0.3)) {
      draft.sysctls[`net.ipv4.conf.${device}.rp_filter`] = random.pick(['0', '1', '2']);
    }
  }
}
