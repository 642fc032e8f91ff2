import type { LabFlow } from '../flow.ts';
import type { Topology } from '../topology/topology.ts';
import { seededRandom } from './random.ts';
import { randomFlows } from './random-flows.ts';
import { randomNetwork } from './random-network.ts';
import { randomSite } from './random-site.ts';

/** A network and the flows that are sent through it. */
export interface RandomCase {
  readonly topology: Topology;
  readonly flows: readonly LabFlow[];
}

/**
 * Draws one case. The same seed and number give the same case; each case has a source of chance of
 * its own, so that one can be repeated alone. Sites and rules are drawn for IPv4; what a dual-stack site has of
 * IPv6 is their twin.
 */
export function randomCase(seed: number, number: number, flows: number): RandomCase {
  const random = seededRandom(seed, number);
  const site = randomSite(random);
  return { topology: randomNetwork(random, site), flows: randomFlows(random, site, flows) };
}
