import { formatAddress } from '../../packet/address.ts';
import type { FlowReport, Sighting } from '../report.ts';

/** Of net/ipv4/route.c: ip_rt_error_burst and ip_rt_error_cost in seconds. */
const BURST = 5;
/** Seconds more than the kernel needs: its clock ticks are up to 10 ms apart. */
const MARGIN = 0.05;

const ICMP_DEST_UNREACH = 3;
/** Net, host and communication administratively prohibited: what ip_error() sends. */
const CODES = [0, 1, 13];

/**
 * Nanoseconds of silence before the error of a neighbour that did not answer (60 ms, see `hurryNeighbours`).
 * A route refuses in microseconds.
 */
const NEIGHBOUR_FAILURE = 15e6;

/**
 * A router answers one source with no more than 5 ICMP errors for routes that refuse and one more each
 * second (ip_error()), and no namespace can change that. Counts what was sent, and tells how long to wait so
 * that the next flow is answered as if it were the only one. A neighbour that
 * does not answer causes the same error without spending anything.
 */
export class ErrorBudget {
  readonly #tokens = new Map<string, { left: number; at: number }>();

  /** `asked`: whether a neighbour was asked for meanwhile. `now` in seconds. */
  count(report: FlowReport, asked: boolean, now: number): void {
    for (const source of answeredSources(report, asked)) {
      this.#tokens.set(source, { left: this.#left(source, now) - 1, at: now });
    }
  }

  /** Seconds until every source could be answered once more. */
  wait(now: number): number {
    const lacks = [...this.#tokens.keys()].map((source) => 1 - this.#left(source, now) + MARGIN);
    return Math.max(0, ...lacks.filter((lack) => lack > MARGIN));
  }

  #left(source: string, now: number): number {
    const known = this.#tokens.get(source);
    return known === undefined ? BURST : Math.min(BURST, known.left + now - known.at);
  }
}

/** Whom routers told that they refuse: from captures, else from what the client was told. */
function answeredSources({ sightings, client }: FlowReport, asked: boolean): readonly string[] {
  const first = sightings.findIndex(isRefusal);
  const refusal = sightings[first]?.packet;
  if (refusal) {
    const cause = sightings[first - 1]?.time ?? 0;
    const instant = (sightings[first]?.time ?? 0) - cause < NEIGHBOUR_FAILURE;
    return instant ? [formatAddress(refusal.destination)] : [];
  }
  if (asked) return [];
  const told = client.errno === 'ENETUNREACH' || client.errno === 'EHOSTUNREACH';
  const local = client.local?.address;
  return told && local !== undefined && !isAny(local) ? [local] : [];
}

function isRefusal({ packet }: Sighting): boolean {
  const icmp = packet?.icmp;
  return icmp?.type === ICMP_DEST_UNREACH && CODES.includes(icmp.code);
}

/** A call that failed at once has no address, and no router was asked. */
function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
