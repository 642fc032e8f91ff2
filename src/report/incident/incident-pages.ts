/** An incident's words, as its recipe has them. */
export interface IncidentWords {
  readonly id: string;
  readonly title: string;
  readonly area: string;
  readonly symptom: string;
  readonly mechanism: string;
  readonly decides: string;
  readonly sources: readonly string[];
  readonly flow: FlowWords;
  readonly controlFlow: FlowWords;
  /** Devices that tcpdump watched when it was recorded. */
  readonly captures: readonly string[];
  readonly expected: {
    readonly client: string;
    readonly dropReason: string | null;
    readonly place: { readonly at: string; readonly device: string | null } | null;
    readonly causes: readonly string[];
    readonly unseen?: string | undefined;
  };
}

interface FlowWords {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly device?: string | undefined;
  readonly source?: string | undefined;
  readonly sourcePort?: number | undefined;
}

/** The areas of incidents, in the order in which pages list them. */
const AREAS: Readonly<Record<string, string>> = {
  A: 'Source addresses, reverse paths, asymmetric ways',
  B: 'Masquerading',
  C: 'Filters and policies',
  D: 'Bridges, hairpins, layer 2',
  E: 'Routes and addresses',
  F: 'Overlay, underlay, MTU',
  G: 'Connection tracking',
  H: 'What a Service means',
  I: 'kube-proxy and its state',
  K: 'The fabric of a cloud',
};

/** `README.md` of an incident's folder: what one sees, what happens, what decides. */
export function incidentPage(incident: IncidentWords): string {
  const { id, title, symptom, mechanism, decides, sources } = incident;
  const { flow, controlFlow, captures, expected } = incident;
  const files = captures.length > 0 ? ['snapshot', 'evidence'] : ['snapshot'];
  const paths = files.map((name) => `incidents/${id}/${name}`).join(' ');
  const unseen =
    expected.unseen === undefined ? [] : ['', `A snapshot does not show ${expected.unseen}.`];
  return `${[
    `# ${title}`,
    '',
    symptom,
    '',
    mechanism,
    '',
    `**What decides.** ${decides}`,
    ...unseen,
    '',
    `Fails: ${flowText(flow)}. Works in the same state: ${flowText(controlFlow)}.`,
    '',
    `    hookline lab run incidents/${id}`,
    `    hookline lab verify incidents/${id}`,
    `    hookline diagnose ${paths} ${options(flow, expected.client)}`,
    '',
    'Seen in:',
    '',
    ...sources.map((source) => `- ${source}`),
  ].join('\n')}\n`;
}

function flowText({ from, to, protocol, device }: FlowWords): string {
  const bound = device === undefined ? '' : `, bound to \`${device}\``;
  return `\`${from}\` to \`${to}\` over ${protocol}${bound}`;
}

/** What a user gives to `diagnose`: the flow and what is seen. */
function options(flow: FlowWords, client: string): string {
  const { from, to, protocol, device, source, sourcePort } = flow;
  const given: readonly (readonly [string, string | number | undefined])[] = [
    ['--from', from],
    ['--to', to],
    ['--proto', protocol === 'tcp' ? undefined : protocol],
    ['--iface', device],
    ['--src', source],
    ['--sport', sourcePort],
    ['--symptom', SYMPTOMS[client]],
  ];
  return given
    .flatMap(([option, value]) => (value === undefined ? [] : [`${option} ${value}`]))
    .join(' ');
}

/** What of a client's results `diagnose` takes for a symptom. */
const SYMPTOMS: Readonly<Record<string, string>> = {
  timeout: 'timeout',
  refused: 'refused',
  unreachable: 'unreachable',
  stalled: 'slow',
};

/** The tables of all incidents, area by area, for a page. */
export function incidentTables(incidents: readonly IncidentWords[]): string {
  return Object.entries(AREAS)
    .map(([letter, name]) => {
      const own = incidents.filter(({ area }) => area.startsWith(`${letter}-`));
      return own.length === 0 ? '' : `## ${name}\n\n${table(own)}`;
    })
    .filter((part) => part !== '')
    .join('\n');
}

function table(incidents: readonly IncidentWords[]): string {
  const rows = incidents.map(({ id, symptom, mechanism, decides, expected }) =>
    [`[${id}](../incidents/${id})`, symptom, mechanism, endText(expected), decides]
      .map((cell) => cell.replaceAll('|', '\\|'))
      .join(' | '),
  );
  return [
    '| incident | what one sees | what happens | how it ends | what decides |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}

function endText({ client, dropReason, place }: IncidentWords['expected']): string {
  if (dropReason === null) return client;
  const at = place === null ? '' : ` on ${place.at}`;
  return `${client}; \`${dropReason}\`${at}`;
}
