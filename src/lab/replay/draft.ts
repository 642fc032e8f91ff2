import type { SourceRef } from '../../packet/source-ref.ts';
import type { CableEnd, LabPlace, Listener, Segment, TunRelay } from '../topology/topology.ts';
import type { CapturedNetns } from './read/captured.ts';
import type { Link } from './read/links.ts';
import type {
  Fact,
  Line,
  NetnsPlan,
  NotRebuilt,
  Rebuild,
  Restore,
  Setting,
  StandIn,
  Why,
} from './rebuild.ts';

/** A namespace while it is planned. */
export interface NetnsDraft {
  readonly name: string;
  readonly place: LabPlace;
  readonly captured: CapturedNetns | null;
  readonly links: readonly Link[];
  readonly tunnels: TunRelay[];
  readonly devices: Line[];
  readonly sysctls: Setting[];
  readonly network: Line[];
  readonly bridge: Line[];
  readonly rules6: Line[];
  readonly restores: Restore[];
  readonly conntrack: Line[];
  readonly listeners: Listener[];
  /** Whether all of its listeners are known. */
  socketsKnown: boolean;
  readonly routes: Line[];
  /** Devices that will exist in the laboratory. */
  readonly built: Set<string>;
  /** IPv4 and IPv6 addresses that the namespace will have, as they are printed. */
  readonly owned: Set<string>;
}

/** The plan of a whole laboratory while it is made. */
export class Draft {
  readonly namespaces: NetnsDraft[] = [];
  readonly cables: { readonly ends: readonly [CableEnd, CableEnd] }[] = [];
  readonly segments: Segment[] = [];
  readonly notRebuilt: NotRebuilt[] = [];
  readonly standIns: StandIn[] = [];
  readonly #names = new Set<string>();

  /** Adds a namespace. Its name in the laboratory is close to what a user calls it, and safe. */
  add(
    place: LabPlace,
    wanted: string,
    captured: CapturedNetns | null = null,
    links: readonly Link[] = [],
  ): NetnsDraft {
    const draft: NetnsDraft = {
      name: this.#freshName(wanted),
      place,
      captured,
      links,
      tunnels: [],
      devices: [],
      sysctls: [],
      network: [],
      bridge: [],
      rules6: [],
      restores: [],
      conntrack: [],
      listeners: [],
      socketsKnown: false,
      routes: [],
      built: new Set(['lo']),
      owned: new Set(),
    };
    this.namespaces.push(draft);
    return draft;
  }

  /** Notes a fact that the laboratory will lack. */
  refuse(fact: Fact, why: Why): void {
    this.notRebuilt.push({ ...fact, why });
  }

  /** The namespace that has an address. */
  ownerOf(address: string): NetnsDraft | undefined {
    return this.namespaces.find(({ owned }) => owned.has(address));
  }

  finish(): Rebuild {
    const { cables, segments, notRebuilt, standIns } = this;
    return {
      namespaces: this.namespaces.map(
        ({
          captured: _captured,
          links: _links,
          built: _built,
          owned: _owned,
          socketsKnown: _socketsKnown,
          ...plan
        }): NetnsPlan => plan,
      ),
      cables,
      segments,
      notRebuilt,
      standIns,
    };
  }

  #freshName(wanted: string): string {
    const safe = wanted.replaceAll(/[^A-Za-z0-9_.-]/g, '_').slice(0, 40);
    const base = /^[A-Za-z0-9]/.test(safe) ? safe : `n${safe}`;
    let name = base;
    for (let n = 2; this.#names.has(name); n++) name = `${base}~${n}`;
    this.#names.add(name);
    return name;
  }
}

/** Where a namespace listens, when anybody says so. */
export function setListeners(netns: NetnsDraft, listeners: readonly Listener[] | null): void {
  netns.listeners.push(...(listeners ?? []));
  netns.socketsKnown = listeners !== null;
}

/** A fact of one namespace. */
export function factOf(
  at: Pick<NetnsDraft, 'place'>,
  code: Fact['code'],
  subject: string,
  more: {
    readonly source?: SourceRef | null;
    readonly device?: string | null;
    readonly family?: 4 | 6 | null;
  } = {},
): Fact {
  const { source = null, device = null, family = null } = more;
  return { code, subject, place: at.place, device, family, source };
}
