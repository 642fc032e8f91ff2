import type { Support } from '../../../../packet/issue.ts';
import { connmarkTarget } from './connmark.ts';
import { ctTarget } from './ct.ts';
import { dnatTarget } from './dnat.ts';
import { ecnTarget } from './ecn.ts';
import { hmarkTarget } from './hmark.ts';
import { logTarget } from './log.ts';
import { markTarget } from './mark.ts';
import { masqueradeTarget } from './masquerade.ts';
import { netmapTarget } from './netmap.ts';
import { nptTarget } from './npt.ts';
import { queueTarget } from './queue.ts';
import { redirectTarget } from './redirect.ts';
import { rejectTarget } from './reject.ts';
import { setTarget } from './set.ts';
import { sideEffectTarget } from './side-effect.ts';
import { snatTarget } from './snat.ts';
import { synproxyTarget } from './synproxy.ts';
import type { TargetContext, TargetModel, TargetOutcome } from './target-model.ts';
import type { ExtensionTarget, TargetKind, TargetTypes, XtTarget } from './target-types.ts';
import { tcpmssTarget } from './tcpmss.ts';
import { tcpoptstripTarget } from './tcpoptstrip.ts';
import { tosTarget } from './tos.ts';
import { tproxyTarget } from './tproxy.ts';
import { ttlTarget } from './ttl.ts';
import { unsupportedTarget } from './unsupported.ts';

const MODELS: { readonly [K in TargetKind]: TargetModel<TargetTypes[K]> } = {
  connmark: connmarkTarget,
  ct: ctTarget,
  dnat: dnatTarget,
  ecn: ecnTarget,
  hmark: hmarkTarget,
  log: logTarget,
  mark: markTarget,
  masquerade: masqueradeTarget,
  netmap: netmapTarget,
  npt: nptTarget,
  queue: queueTarget,
  redirect: redirectTarget,
  reject: rejectTarget,
  set: setTarget,
  'side-effect': sideEffectTarget,
  snat: snatTarget,
  synproxy: synproxyTarget,
  tcpmss: tcpmssTarget,
  tcpoptstrip: tcpoptstripTarget,
  tos: tosTarget,
  tproxy: tproxyTarget,
  ttl: ttlTarget,
  unsupported: unsupportedTarget,
};

/** What a target extension does to the packet. */
export function applyTarget<K extends TargetKind>(
  target: ExtensionTarget<K>,
  context: TargetContext,
): TargetOutcome {
  return MODELS[target.kind].apply(target, context);
}

/** How far the target is modelled. */
export function targetSupport(target: XtTarget): Support {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'jump':
    case 'goto':
    case 'none':
      return 'exact';
    default:
      return extensionSupport(target);
  }
}

function extensionSupport<K extends TargetKind>(target: ExtensionTarget<K>): Support {
  return MODELS[target.kind].support(target);
}
