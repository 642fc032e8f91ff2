import { setSysctls } from '../change/network-change.ts';
import { type Fix, sideEffect } from './fix.ts';
import { sysctlSetting } from './sysctl-setting.ts';
import { wayOf } from './way.ts';

const KEY = 'net.bridge.bridge-nf-call-iptables';

/**
 * Lets bridged replies pass the hooks, so that they are translated back although client and
 * endpoint are on one bridge. Linux: br_netfilter.
 */
export const BRIDGE_NF_CALL: Fix = {
  id: 'bridge-nf-call-iptables',
  propose: ({ explained, network, outcome }) => {
    if (!explained.some(({ hypothesis }) => hypothesis.causeId === 'reply-not-translated')) {
      return null;
    }
    const way = wayOf(network, outcome);
    if (!way?.translatedIn || way.device?.details.kind !== 'bridge') return null;
    const { commands, undo, durable } = sysctlSetting(network, way.where, KEY, '1');
    return {
      fixId: 'bridge-nf-call-iptables',
      change: setSysctls(way.where, [[KEY, '1']]),
      commands,
      undo,
      durable: [{ code: 'modules-load.d', text: 'br_netfilter' }, durable],
      sideEffects: [sideEffect('bridged-packets-pass-the-rules')],
    };
  },
};
