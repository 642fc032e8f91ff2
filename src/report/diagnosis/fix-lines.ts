import type { Diagnosis, ProposedFix } from '../../diagnosis/diagnosis.ts';
import type { Canvas } from '../text/style.ts';
import { commandLines } from './experiment-lines.ts';
import { findingWords } from './finding-words.ts';
import { paragraph } from './paragraph.ts';

const KEPT: Readonly<Record<string, string>> = {
  'kube-proxy-config': "kube-proxy's configuration",
  'kube-proxy-flag': "kube-proxy's option",
  'flannel-flag': "flanneld's option",
  'flannel-env': "flannel's environment",
  'sysctl.d': '/etc/sysctl.d/90-hookline.conf',
  'modules-load.d': '/etc/modules-load.d/hookline.conf',
  'network-configuration': "the node's network configuration",
  'firewall-configuration': "the firewall's configuration",
  'pod-mtu': "the CNI plugin's setting",
};

const TITLES: Readonly<Record<string, string>> = {
  'kube-proxy-cluster-cidr': "tell kube-proxy the pods' network: it then masquerades other sources",
  'kube-proxy-masquerade-all': 'let kube-proxy masquerade everything that goes to Services',
  'flannel-ip-masq': 'let flannel masquerade what enters the overlay from elsewhere',
  'service-route-with-overlay-source':
    "route the Service addresses by the overlay's device, so that its address becomes the source",
  'rp-filter-loose': 'loose reverse path filtering on every node that would drop',
  'open-filter': 'accept this flow before the rule that drops it',
  'ip-forward': 'let the node forward',
  'bridge-nf-call-iptables': 'let bridged replies pass the rules that translate them back',
  'mss-clamp': 'offer segments that fit the smallest device',
};

/** A fix in a phrase. */
export function fixTitle(fixId: string): string {
  return TITLES[fixId] ?? fixId.replaceAll('-', ' ');
}

/** Every fix with commands, undo, what it cures and what it does besides. */
export function fixLines(diagnosis: Diagnosis, canvas: Canvas): readonly string[] {
  return diagnosis.fixes.flatMap((fix, index) => [
    canvas.style.strong(`${index + 1}. ${fix.fixId}: ${fixTitle(fix.fixId)}`),
    ...labelled('cures', curesWords(fix, diagnosis), canvas),
    ...commandLines(fix.commands, canvas, LABEL('do')),
    ...commandLines(fix.undo, canvas, LABEL('undo')),
    ...fix.durable.flatMap(({ code, text }, at) =>
      labelled(at === 0 ? 'keep' : '', `${KEPT[code] ?? code}: ${text}`, canvas),
    ),
    ...fix.sideEffects.flatMap((effect, at) =>
      labelled(at === 0 ? 'but' : '', findingWords(effect), canvas),
    ),
  ]);
}

const LABEL = (word: string): string => `   ${word.padEnd(6)}`;

function labelled(word: string, text: string, canvas: Canvas): readonly string[] {
  return paragraph(text, canvas, LABEL(word));
}

function curesWords(fix: ProposedFix, { hypotheses }: Diagnosis): string {
  const all = fix.cures.length === hypotheses.length;
  const which =
    all && hypotheses.length > 1 ? `all (${fix.cures.join(', ')})` : fix.cures.join(', ');
  const together =
    fix.cures.length < 2
      ? ''
      : fix.curesTogether
        ? ', also if they hold at once'
        : ', but not if they hold at once';
  const kernel = fix.verified.kernel === 'not-run' ? 'not tried on a kernel' : 'on a kernel too';
  return `${which}${together} (the model was run again; ${kernel})`;
}
