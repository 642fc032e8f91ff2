import type { FlannelSubnet } from '../kube/flannel.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { parsePrefix } from '../packet/prefix.ts';
import { error } from './make-issue.ts';

/** Reads /run/flannel/subnet.env, which flanneld writes for the CNI plugin. */
export function parseSubnetEnv(text: string, file: string): Parsed<FlannelSubnet | undefined> {
  const values = new Map<string, { value: string; line: number }>();
  const issues: Issue[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const match = /^\s*(?:export\s+)?(FLANNEL_\w+)=["']?([^"']*)["']?\s*$/.exec(content);
    if (match) values.set(match[1] ?? '', { value: (match[2] ?? '').trim(), line: index + 1 });
  }
  const subnet = values.get('FLANNEL_SUBNET');
  const prefix = subnet ? parsePrefix(subnet.value) : null;
  if (!subnet || !prefix) {
    const source = { file, line: subnet?.line ?? 1 };
    issues.push(error('unreadable-record', source, `FLANNEL_SUBNET=${subnet?.value ?? ''}`));
    return { value: undefined, issues };
  }
  const network = values.get('FLANNEL_NETWORK');
  const mtu = Number(values.get('FLANNEL_MTU')?.value ?? Number.NaN);
  const masquerade = values.get('FLANNEL_IPMASQ')?.value;
  return {
    value: {
      network: network ? parsePrefix(network.value) : null,
      subnet: prefix,
      mtu: Number.isInteger(mtu) ? mtu : null,
      masquerade: masquerade === undefined ? null : masquerade === 'true',
      source: { file, line: subnet.line, text: `FLANNEL_SUBNET=${subnet.value}` },
    },
    issues,
  };
}
