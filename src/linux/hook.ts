/**
 * The netfilter hooks of the IP families.
 * Linux: include/uapi/linux/netfilter.h (enum nf_inet_hooks).
 */
export const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;

export type Hook = (typeof HOOKS)[number];

/** The hooks of family netdev, where every frame of a device passes by. Linux: enum nf_dev_hooks. */
export type DeviceHook = 'ingress' | 'egress';

/** Whether a hook is one of IP, which logs and captures name. */
export function isIpHook(hook: Hook | DeviceHook): hook is Hook {
  return hook !== 'ingress' && hook !== 'egress';
}

/** The built-in chain that iptables shows for a hook, e.g. `OUTPUT`. */
export type BuiltinChain = Uppercase<Hook>;

/** Spells a hook as iptables does. */
export function builtinChain(hook: Hook): BuiltinChain {
  return hook.toUpperCase() as BuiltinChain;
}

/** The hook of a built-in chain name, or null when the name is a user chain. */
export function hookOfChain(chain: string): Hook | null {
  const hook = chain.toLowerCase() as Hook;
  return HOOKS.includes(hook) && chain === chain.toUpperCase() ? hook : null;
}
