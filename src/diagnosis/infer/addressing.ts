import { type Address, ipv4, sameAddress } from '../../packet/address.ts';
import { ipv4Mask, network, type Prefix } from '../../packet/prefix.ts';

/** The subnet of a pod, by the usual size: flannel's SubnetLen and kube-controller-manager's. */
export const POD_SUBNET_LENGTH = 24;

/** The network of this length around an address. */
export function subnetOf(address: Address, length: number): Prefix {
  return network({ address, length });
}

/**
 * The smallest network at an octet boundary that holds both addresses: cluster networks are given
 * so. Null for other families.
 */
export function commonNetwork(a: Address, b: Address): Prefix | null {
  if (a.family !== 4 || b.family !== 4) return null;
  for (const length of [24, 16, 8]) {
    if (((a.bits ^ b.bits) & ipv4Mask(length)) === 0) return network({ address: a, length });
  }
  return null;
}

/** A free address near the end of a subnet, as a stand-in for one that is not known. */
export function standInAddress(subnet: Prefix, taken: readonly Address[]): Address {
  const { address, length } = network(subnet);
  if (address.family !== 4) return address;
  const last = (address.bits | ~ipv4Mask(length)) >>> 0;
  let candidate = ipv4(last - 1);
  while (candidate.bits > address.bits && taken.some((other) => sameAddress(other, candidate))) {
    candidate = ipv4(candidate.bits - 1);
  }
  return candidate;
}

/** The n-th address of a subnet. */
export function addressAt(subnet: Prefix, n: number): Address {
  const { address } = network(subnet);
  return address.family === 4 ? ipv4(address.bits + n) : address;
}
