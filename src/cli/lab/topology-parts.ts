import type { LabNamespace, Topology } from '../../lab/topology/topology.ts';

/** Something that can be taken out of a topology. */
export type Part =
  | { readonly kind: 'namespace'; readonly namespace: string }
  | { readonly kind: 'section'; readonly namespace: string; readonly section: Section }
  | {
      readonly kind: 'line';
      readonly namespace: string;
      readonly section: Section;
      /** Position in the section. */
      readonly index: number;
    };

type Section = (typeof SECTIONS)[number];

const SECTIONS = [
  'iptablesLegacy',
  'iptablesNft',
  'nft',
  'ipsets',
  'sysctls',
  'bridge',
  'tunnels',
  'listeners',
  'ip',
] as const;

/** All parts of one size. */
export function partsOf(topology: Topology, grain: Part['kind']): readonly Part[] {
  return topology.namespaces.flatMap((namespace): readonly Part[] => {
    const { name } = namespace;
    if (grain === 'namespace') return [{ kind: 'namespace', namespace: name }];
    const sections = SECTIONS.filter((section) => pieces(namespace, section).length > 0);
    if (grain === 'section') {
      return sections.map((section) => ({ kind: 'section', namespace: name, section }));
    }
    return sections.flatMap((section) =>
      pieces(namespace, section).map(
        (_, index): Part => ({ kind: 'line', namespace: name, section, index }),
      ),
    );
  });
}

/** The topology without some parts. Cables to what is gone go with it. */
export function without(topology: Topology, parts: readonly Part[]): Topology {
  const gone = new Set(
    parts.flatMap((part) => (part.kind === 'namespace' ? [part.namespace] : [])),
  );
  return {
    ...topology,
    namespaces: topology.namespaces
      .filter(({ name }) => !gone.has(name))
      .map((namespace) => thin(namespace, parts)),
    cables: topology.cables.filter(({ ends }) => !ends.some((end) => gone.has(end.namespace))),
    segments: topology.segments.map((segment) => ({
      ...segment,
      members: segment.members.filter(({ namespace }) => !gone.has(namespace)),
    })),
  };
}

function thin(namespace: LabNamespace, parts: readonly Part[]): LabNamespace {
  let thinner = namespace;
  for (const section of SECTIONS) {
    const own = parts.filter(
      (part) =>
        part.kind !== 'namespace' && part.namespace === namespace.name && part.section === section,
    );
    if (own.length === 0) continue;
    const whole = own.some(({ kind }) => kind === 'section');
    const indices = new Set(own.flatMap((part) => (part.kind === 'line' ? [part.index] : [])));
    const kept = whole ? [] : pieces(namespace, section).filter((_, i) => !indices.has(i));
    thinner = { ...thinner, [section]: joined(section, kept) };
  }
  return thinner;
}

/** A section as a list: lines of a text, entries of a record, elements of a list. */
function pieces(namespace: LabNamespace, section: Section): readonly unknown[] {
  const value = namespace[section];
  if (value === undefined) return [];
  if (typeof value === 'string') return value.split('\n').filter((line) => line !== '');
  return Array.isArray(value) ? value : Object.entries(value);
}

function joined(section: Section, kept: readonly unknown[]): unknown {
  if (section === 'sysctls') return Object.fromEntries(kept as [string, string][]);
  const isText = ['iptablesLegacy', 'iptablesNft', 'nft', 'ipsets'].includes(section);
  if (!isText) return kept;
  return kept.length === 0 ? undefined : `${kept.join('\n')}\n`;
}
