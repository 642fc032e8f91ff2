import type { Lab } from '../lab.ts';

/** Kinds of devices that a replay makes if the kernel does, and stands in for otherwise. */
const OPTIONAL = ['dummy', 'ifb'] as const;

/** Which of the optional kinds this kernel makes: tried in the laboratory's own namespace. */
export async function kernelKinds(lab: Lab): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  for (const kind of OPTIONAL) {
    const [made] = await lab.run([
      { namespace: null, argv: ['ip', 'link', 'add', 'name', 'hl-probe', 'type', kind] },
    ]);
    if (made?.status !== 0) continue;
    kinds.add(kind);
    await lab.run([{ namespace: null, argv: ['ip', 'link', 'del', 'dev', 'hl-probe'] }]);
  }
  return kinds;
}
