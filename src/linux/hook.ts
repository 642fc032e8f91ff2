/**
 * The netfilter hooks of the IP families.
 * Linux: include/uapi/linux/netfilter.h (enum nf_inet_hooks).
 */
export const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;

export type Hook = (typeof HOOKS)[number];

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
