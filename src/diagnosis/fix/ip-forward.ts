import { netnsKey } from '../../packet/place.ts';
import { setSysctls } from '../change/network-change.ts';
import { type Fix, sideEffect } from './fix.ts';
import { sysctlSetting } from './sysctl-setting.ts';

const KEY = 'net.ipv4.ip_forward';

/** Lets the node route. Writing ip_forward writes every device's `forwarding`, too. */
export const IP_FORWARD: Fix = {
  id: 'ip-forward',
  propose: ({ explained, network }) => {
    const found = explained.find(({ hypothesis }) => hypothesis.causeId === 'ip-forward-off');
    const where = found?.hypothesis.location.where;
    if (!where) return null;
    const { commands, undo, durable } = sysctlSetting(network, where, KEY, '1');
    const devices = network.namespaces.get(netnsKey(where))?.devices ?? [];
    const names = ['all', 'default', ...devices.map(({ name }) => name.replaceAll('.', '/'))];
    return {
      fixId: 'ip-forward',
      change: setSysctls(where, [
        [KEY, '1'],
        ...names.map((name) => [`net.ipv4.conf.${name}.forwarding`, '1'] as const),
      ]),
      commands,
      undo,
      durable: [durable],
      sideEffects: [sideEffect('node-routes-for-all')],
    };
  },
};
