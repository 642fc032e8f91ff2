import { text } from 'node:stream/consumers';
import { KUBERNETES_KINDS, type KubernetesKind, kubectlArgv } from '../../snapshot/source.ts';
import { start } from '../exec.ts';

export interface KubernetesLists {
  readonly lists: ReadonlyMap<KubernetesKind, string>;
  readonly missing: ReadonlyMap<KubernetesKind, string>;
}

/** Asks the cluster that kubectl is configured for; a kind it refuses is missing. */
export async function listKubernetes(timeout: number): Promise<KubernetesLists> {
  const lists = new Map<KubernetesKind, string>();
  const missing = new Map<KubernetesKind, string>();
  for (const kind of KUBERNETES_KINDS) {
    const child = start([...kubectlArgv(kind), `--request-timeout=${timeout}s`]);
    const [list, { status, stderr }] = await Promise.all([text(child.stdout), child.ended]);
    if (status === 0) lists.set(kind, list);
    else missing.set(kind, stderr.trim().split('\n').at(-1) ?? '');
  }
  return { lists, missing };
}
