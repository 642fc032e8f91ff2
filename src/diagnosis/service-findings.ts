import type { KubeFacts } from '../kube/facts.ts';
import { serviceName } from '../kube/service.ts';
import { endpointsOf, serviceOfAddress } from '../kube/service-lookup.ts';
import { formatAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import type { Finding } from './diagnosis.ts';

/** What Kubernetes' objects say of the destination that explains why nothing translates it. */
export function serviceFindings(kube: KubeFacts | null, flow: Flow): readonly Finding[] {
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
  if (ready > 0 || !kube.endpoints) return [];
  return [
    {
      code: 'service-has-no-ready-endpoint',
      proves: 'proves',
      values: { ...values, endpoints: endpoints.length },
      evidence,
    },
  ];
}
