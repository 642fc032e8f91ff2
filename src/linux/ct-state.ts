/**
 * How connection tracking classified a packet.
 * Linux: include/uapi/linux/netfilter/nf_conntrack_common.h (enum ip_conntrack_info) and
 * xt_conntrack's names for them.
 */
export const CT_STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const;

export type CtState = (typeof CT_STATES)[number];

/** The direction of a packet within its connection. */
export type CtDirection = 'original' | 'reply';
