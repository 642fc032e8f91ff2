import { placesOf } from '../../agreement/places.ts';
import { sideBySide } from '../../agreement/side-by-side.ts';
import type { LabFlow } from '../../lab/flow.ts';
import type { Topology } from '../../lab/topology/topology.ts';
import { differenceLine } from '../../report/agreement/difference-line.ts';
import type { DisagreementView, FuzzView } from '../../report/agreement/render-fuzz-result.ts';
import { sideBySideLines } from '../../report/agreement/side-by-side-lines.ts';
import type { Disagreement } from './fuzz-case.ts';
import type { FuzzResult } from './fuzz-result.ts';

/** A result as it is printed. */
export function fuzzView(result: FuzzResult): FuzzView {
  return { ...result, disagreements: result.disagreements.map(disagreementView) };
}

function disagreementView({ number, shrunk }: Disagreement): DisagreementView {
  const { judged, topology } = shrunk;
  const { flow, report, trace, agreement } = judged;
  const outcome = trace.outcomes[agreement.outcome ?? 0] ?? null;
  return {
    number,
    flow: flowText(flow),
    differences: agreement.kind === 'disagree' ? agreement.differences.map(differenceLine) : [],
    lines: sideBySideLines(sideBySide(outcome, report, placesOf(topology))),
    network: topologyLines(topology),
  };
}

function flowText({ id, from, protocol, to, port, source, device, mark }: LabFlow): string {
  const bound = [
    source === undefined ? '' : ` from ${source}`,
    device === undefined ? '' : ` by ${device}`,
    mark === undefined ? '' : ` with mark ${mark}`,
  ].join('');
  return `${id}: ${from} to ${to}${port === 0 ? '' : `:${port}`} ${protocol}${bound}`;
}

function topologyLines({ namespaces, segments }: Topology): readonly string[] {
  return [
    ...segments
      .filter(({ filter }) => filter !== undefined)
      .map(({ name }) => `segment ${name}: filters source addresses`),
    ...namespaces.flatMap((namespace) => {
      const { name, ip = [], bridge = [], sysctls = {} } = namespace;
      const texts = [
        namespace.ipsets,
        namespace.iptablesLegacy,
        namespace.iptablesNft,
        namespace.nft,
      ];
      return [
        ...ip.map((line) => `ip ${line}`),
        ...bridge.map((line) => `bridge ${line}`),
        ...Object.entries(sysctls).map(([key, value]) => `sysctl ${key}=${value}`),
        ...texts.flatMap((text) => (text ?? '').split('\n').filter((line) => line !== '')),
      ].map((line) => `${name}: ${line}`);
    }),
  ];
}
