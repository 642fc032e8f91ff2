import { BRIDGE_NF_CALL } from './bridge-nf-call.ts';
import type { Fix } from './fix.ts';
import { FLANNEL_IP_MASQ } from './flannel-ip-masq.ts';
import { IP_FORWARD } from './ip-forward.ts';
import { KUBE_PROXY_CLUSTER_CIDR, KUBE_PROXY_MASQUERADE_ALL } from './masquerade-service.ts';
import { MSS_CLAMP } from './mss-clamp.ts';
import { OPEN_FILTER } from './open-filter.ts';
import { RP_FILTER_LOOSE } from './rp-filter-loose.ts';
import { SERVICE_ROUTE } from './service-route.ts';

/** Of fixes that cure the same, the earlier one is proposed first. */
export const FIXES: readonly Fix[] = [
  KUBE_PROXY_CLUSTER_CIDR,
  KUBE_PROXY_MASQUERADE_ALL,
  FLANNEL_IP_MASQ,
  SERVICE_ROUTE,
  RP_FILTER_LOOSE,
  OPEN_FILTER,
  IP_FORWARD,
  BRIDGE_NF_CALL,
  MSS_CLAMP,
];
