import type { Hook } from './hook.ts';

/**
 * Priorities of netfilter hook functions, lowest first.
 * Linux: include/uapi/linux/netfilter_ipv4.h (enum nf_ip_hook_priorities).
 */
export const PRIORITY = {
  rawBeforeDefrag: -450,
  conntrackDefrag: -400,
  raw: -300,
  selinuxFirst: -225,
  conntrack: -200,
  mangle: -150,
  natDst: -100,
  filter: 0,
  security: 50,
  natSrc: 100,
  selinuxLast: 225,
  conntrackHelper: 300,
  conntrackConfirm: 2147483647,
} as const;

/** The tables of xtables. */
export const XT_TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'] as const;

export type XtTableName = (typeof XT_TABLES)[number];

/**
 * The hooks each xtables table is attached to, with its priority there.
 * Linux: iptable_raw.c, iptable_mangle.c, iptable_nat.c, iptable_filter.c, iptable_security.c.
 */
export const XT_TABLE_HOOKS: Readonly<
  Record<XtTableName, Readonly<Partial<Record<Hook, number>>>>
> = {
  raw: { prerouting: PRIORITY.raw, output: PRIORITY.raw },
  mangle: {
    prerouting: PRIORITY.mangle,
    input: PRIORITY.mangle,
    forward: PRIORITY.mangle,
    output: PRIORITY.mangle,
    postrouting: PRIORITY.mangle,
  },
  nat: {
    prerouting: PRIORITY.natDst,
    input: PRIORITY.natSrc,
    output: PRIORITY.natDst,
    postrouting: PRIORITY.natSrc,
  },
  filter: { input: PRIORITY.filter, forward: PRIORITY.filter, output: PRIORITY.filter },
  security: { input: PRIORITY.security, forward: PRIORITY.security, output: PRIORITY.security },
};
