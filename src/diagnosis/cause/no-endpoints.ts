import { type Cause, endLocation } from './cause.ts';

/** kube-proxy's own rule for a Service without ready endpoints ended the packet. */
export const NO_ENDPOINTS: Cause = {
  id: 'no-endpoints',
  locate: (ending) => {
    const table = ending.packet.steps.findLast(({ action }) => action.kind === 'table')?.action;
    if (table?.kind !== 'table' || table.verdict === 'accept') return null;
    const last = table.hits.at(-1);
    if (!last) return null;
    // kube-proxy's comment, or its nftables maps.
    const says = /has no (local )?endpoints|@no-endpoint-(services|nodeports)/.test(last.rule);
    const chain = /^(KUBE-(SERVICES|EXTERNAL-SERVICES)|no-endpoint|reject-chain)/.test(last.chain);
    return says || (chain && last.verdict.startsWith('reject')) ? endLocation(ending) : null;
  },
};
