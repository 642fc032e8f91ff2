import type { KubeFacts } from '../kube/facts.ts';
import { serviceName } from '../kube/service.ts';
import { endpointsOf, serviceOfAddress } from '../kube/service-lookup.ts';
import { formatAddress, sameAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import type { Outcome } from '../trace/trace.ts';
import type { Finding } from './diagnosis.ts';

/** What Kubernetes' objects say of the destination that explains why nothing translates it. */
export function serviceFindings(
  kube: KubeFacts | null,
  flow: Flow,
  outcome: Outcome | null,
): readonly Finding[] {
  if (!kube || flow.protocol === 'icmp') return [];
  const match = serviceOfAddress(kube, flow.to, flow.port, flow.protocol);
  if (!match) return [];
  const { service, port } = match;
  const values = {
    service: serviceName(service),
    address: formatAddress(flow.to),
    port: flow.port,
  };
  const evidence = [{ source: service.source, shows: 'service' }];
  if (!port) {
    const ports = service.ports.map((each) => `${each.port}/${each.protocol}`).join(' ');
    return [
      {
        code: 'service-has-no-such-port',
        proves: 'proves',
        values: { ...values, ports },
        evidence,
      },
    ];
  }
  const endpoints = endpointsOf(kube, service, port);
  const ready = endpoints.filter(({ endpoint }) => endpoint.ready).length;
  if (!kube.endpoints) return [];
  if (ready > 0) {
    return outcome && leavesUntranslated(outcome, flow)
      ? [{ code: 'service-not-translated', proves: 'proves', values, evidence }]
      : [];
  }
  return [
    {
      code: 'service-has-no-ready-endpoint',
      proves: 'proves',
      values: { ...values, endpoints: endpoints.length },
      evidence,
    },
  ];
}

/** The first packet passed every rule and went on with the destination that the client used. */
function leavesUntranslated({ packets }: Outcome, { to }: Flow): boolean {
  const last = packets[0]?.steps.at(-1);
  if (!last || packets[0]?.disposition === 'delivered') return false;
  const byRule = last.action.kind === 'drop' && last.action.reason === 'NETFILTER_DROP';
  const left = packets[0]?.steps.some(({ action }) => action.kind === 'transmit') ?? false;
  return !byRule && left && sameAddress(last.skb.packet.destination, to);
}
