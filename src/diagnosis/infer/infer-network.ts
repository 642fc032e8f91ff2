import type { Endpoint, Evidence } from '../../evidence/evidence.ts';
import type { TunLease, TunReader } from '../../kernel/device/device.ts';
import type { NetnsState } from '../../kernel/netns-state.ts';
import type { Network, Segment, Wire } from '../../kernel/network.ts';
import type { Route } from '../../kernel/routing/route.ts';
import { type Address, formatAddress, sameAddress } from '../../packet/address.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import { formatPrefix, hostPrefix, type Prefix } from '../../packet/prefix.ts';
import type { Attempt } from '../attempt.ts';
import {
  addressAt,
  commonNetwork,
  POD_SUBNET_LENGTH,
  standInAddress,
  subnetOf,
} from './addressing.ts';
import {
  buildDevices,
  DEFAULT_DESTINATION,
  type DeviceSketch,
  inferredNetns,
  routeTo,
  standardPod,
} from './build-netns.ts';
import { clientRuleset } from './client-ruleset.ts';
import {
  type AddressClue,
  addressClues,
  type Clues,
  gatherClues,
  mtuClues,
  usesOverlay,
} from './clues.ts';
import { detailsOfName, FLANNEL_UDP_PORT, isOverlay, kindOfName } from './device-kind.ts';
import { type FactSheet, factSheet } from './fact-sheet.ts';
import type { GivenFacts } from './given-facts.ts';
import { withGivenNodes } from './given-nodes.ts';
import type { Inference } from './inference.ts';
import { placesFromSides } from './places.ts';

const ETHERNET_MTU = 1500;
const DEFAULT_PREFIX_LENGTH = 24;
/** Stand-in for the device between a node and a pod. */
const POD_SIDE = 'podside0';

/**
 * Builds the smallest network that the evidence proves: the client's node with the devices and
 * routes its lines show, the endpoint's node, the endpoint. Everything else is left unknown, so
 * that the model asks about it.
 * @param attempts tries to reach one destination, the one to explain first
 */
export function inferNetwork(
  evidence: Evidence,
  attempts: readonly Attempt[],
  asked: Endpoint | null,
  given: GivenFacts | null,
): Inference | null {
  const sheet = factSheet();
  const clues = gatherClues(evidence, attempts, asked, given, sheet);
  if (clues?.service.address.family !== 4) return null;
  const draft = draftOf(evidence, clues, given, sheet);
  const client: NetnsRef = { node: clues.clientNode, netns: null };
  const endpointNode: NetnsRef = draft.local ? client : { node: clues.endpointNode, netns: null };
  const namespaces = new Map<string, NetnsState>();
  for (const netns of draft.namespaces) namespaces.set(netnsKey(netns.ref), netns);
  const bare: Network = { namespaces, wires: draft.wires, segments: draft.segments };
  const network = given ? withGivenNodes(bare, given, sheet) : bare;
  return {
    network,
    client,
    endpointNode,
    arrivesOn: clues.arrivesOn,
    places: placesFromSides(evidence, network, client, endpointNode),
    facts: sheet.facts,
    standIns: { devices: draft.standInDevices, addresses: draft.standInAddresses },
    overlayNetwork: draft.overlayNetwork,
    serviceNetwork: given?.serviceNetwork ?? null,
  };
}

interface Draft {
  readonly namespaces: readonly NetnsState[];
  readonly wires: readonly Wire[];
  readonly segments: readonly Segment[];
  /** The endpoint lives on the client's node. */
  readonly local: boolean;
  readonly overlayNetwork: Prefix | null;
  readonly standInDevices: ReadonlySet<string>;
  readonly standInAddresses: ReadonlySet<string>;
}

function draftOf(
  evidence: Evidence,
  clues: Clues,
  given: GivenFacts | null,
  sheet: FactSheet,
): Draft {
  const addresses = addressClues(evidence, clues, sheet);
  const mtus = mtuClues(clues, sheet);
  const kind = kindOfName(clues.lastDevice);
  if (kind === 'bridge' || kind === 'veth') {
    return localDraft(evidence, clues, addresses, mtus, sheet);
  }
  return remoteDraft(evidence, clues, given, { addresses, mtus }, sheet);
}

interface Measured {
  readonly addresses: readonly AddressClue[];
  readonly mtus: ReadonlyMap<string, number>;
}

/** The endpoint is behind a device of the client's own node. */
function localDraft(
  evidence: Evidence,
  clues: Clues,
  addresses: readonly AddressClue[],
  mtus: ReadonlyMap<string, number>,
  sheet: FactSheet,
): Draft {
  const { clientNode, lastDevice, firstDevice } = clues;
  const ref: NetnsRef = { node: clientNode, netns: null };
  const subnet = subnetOf(clues.endpoint.address, POD_SUBNET_LENGTH);
  const gateway = ownAddress(addresses, lastDevice) ?? {
    address: addressAt(subnet, 1),
    length: POD_SUBNET_LENGTH,
  };
  const sketches = [...new Set([firstDevice, lastDevice])].map((name) =>
    sketch(name, {
      mtu: mtus.get(name) ?? ETHERNET_MTU,
      addresses: name === lastDevice ? [gateway] : allOwn(addresses, name),
    }),
  );
  const host = inferredNetns(ref, buildDevices(sketches), defaultRoutes(firstDevice, lastDevice));
  const pod: NetnsRef = { node: clientNode, netns: 'endpoint' };
  return {
    namespaces: [
      { ...host, ruleset: clientRuleset(evidence, clues, sheet) },
      standardPod(
        pod,
        { address: clues.endpoint.address, length: POD_SUBNET_LENGTH },
        gateway.address,
        ETHERNET_MTU,
      ),
    ],
    wires: [{ a: { netns: ref, device: lastDevice }, b: { netns: pod, device: 'eth0' } }],
    segments: [],
    local: true,
    overlayNetwork: null,
    standInDevices: new Set(),
    standInAddresses: new Set(),
  };
}

/** The endpoint is on another node, behind an overlay or reached as it is. */
function remoteDraft(
  evidence: Evidence,
  clues: Clues,
  given: GivenFacts | null,
  { addresses, mtus }: Measured,
  sheet: FactSheet,
): Draft {
  const { clientNode, endpointNode, endpoint } = clues;
  const overlay = usesOverlay(clues) ? clues.lastDevice : null;
  const physical = overlay === clues.firstDevice ? 'eth0' : clues.firstDevice;
  const stood: Address[] = [];
  const known = addresses.map(({ address }) => address);
  const standIn = (subnet: Prefix, role: string, node: string): Address => {
    const address = standInAddress(subnet, [...known, ...stood]);
    stood.push(address);
    sheet.add('stand-in-address', { node, role, address: formatAddress(address) }, []);
    return address;
  };
  const own = allOwn(addresses, physical);
  const underlay = own[0] ?? { address: clues.attempts[0]?.client ?? endpoint.address, length: 24 };
  const length = own[0]?.length ?? DEFAULT_PREFIX_LENGTH;
  const givenClient = given?.nodes.find(({ role }) => role === 'client');
  const givenEndpoint = given?.nodes.find(({ role }) => role === 'endpoint');
  // That the overlay ends at the address of eth0 is likely, and no line says so.
  const clientPublic =
    givenClient?.overlayEndpoint ??
    (overlay ? standIn(underlay, 'overlay-endpoint', clientNode) : null);
  const endpointPublic =
    givenEndpoint?.overlayEndpoint ?? standIn(underlay, 'node-address', endpointNode);
  const clientAddresses = own.length > 0 ? [...own] : [underlay];
  if (clientPublic && !clientAddresses.some(({ address }) => sameAddress(address, clientPublic))) {
    clientAddresses.push({ address: clientPublic, length });
  }
  const endpointSubnet = subnetOf(endpoint.address, POD_SUBNET_LENGTH);
  const overlayAddress = overlay ? (ownAddress(addresses, overlay) ?? null) : null;
  const overlayNetwork = overlay ? networkOfOverlay(given, overlayAddress, endpoint, sheet) : null;
  const clientSubnet = overlayAddress ? subnetOf(overlayAddress.address, POD_SUBNET_LENGTH) : null;
  const leases: TunLease[] = [
    { subnet: endpointSubnet, publicAddress: endpointPublic, node: endpointNode },
    ...(clientSubnet && clientPublic
      ? [{ subnet: clientSubnet, publicAddress: clientPublic, node: clientNode }]
      : []),
  ];
  const reader: TunReader = { kind: 'flannel-udp', local: null, port: FLANNEL_UDP_PORT, leases };
  const overlayMtu = (overlay && mtus.get(overlay)) || ETHERNET_MTU;
  const clientRef: NetnsRef = { node: clientNode, netns: null };
  const endpointRef: NetnsRef = { node: endpointNode, netns: null };
  const endpointOverlay = overlay ? (overlayAtEndpoint(evidence) ?? overlay) : null;

  const clientSketches = [
    sketch(physical, {
      mtu: mtus.get(physical) ?? ETHERNET_MTU,
      addresses: clientAddresses,
    }),
    ...(overlay
      ? [
          sketch(overlay, {
            mtu: overlayMtu,
            addresses: overlayAddress ? [overlayAddress] : [],
            reader,
            remote: endpointPublic,
          }),
        ]
      : []),
    ...otherDevices(addresses, [physical, overlay], mtus),
  ];
  const clientRoutes: Route[] = [routeTo(DEFAULT_DESTINATION, clues.firstDevice)];
  if (overlay && overlayNetwork) clientRoutes.push(routeTo(overlayNetwork, overlay));
  if (!overlay && clues.translated) {
    clientRoutes.push(routeTo(endpointSubnet, physical, { gateway: endpointPublic }));
  }
  const clientHost = {
    ...inferredNetns(clientRef, buildDevices(clientSketches), clientRoutes),
    ruleset: clientRuleset(evidence, clues, sheet),
  };

  const direct = !overlay && !clues.translated;
  const gateway = { address: addressAt(endpointSubnet, 1), length: POD_SUBNET_LENGTH };
  const endpointSketches = [
    sketch(physical, {
      mtu: mtus.get(physical) ?? ETHERNET_MTU,
      addresses: [
        direct ? { address: endpoint.address, length } : { address: endpointPublic, length },
      ],
    }),
    ...(endpointOverlay
      ? [
          sketch(endpointOverlay, {
            mtu: overlayMtu,
            addresses: [{ address: addressAt(endpointSubnet, 0), length: 32 }],
            reader,
            remote: clientPublic,
          }),
        ]
      : []),
    ...(direct ? [] : [sketch(POD_SIDE, { mtu: ETHERNET_MTU, addresses: [gateway] })]),
  ];
  const endpointRoutes: Route[] = [routeTo(DEFAULT_DESTINATION, physical)];
  if (endpointOverlay && overlayNetwork) {
    endpointRoutes.push(routeTo(overlayNetwork, endpointOverlay));
  }
  const endpointHost = inferredNetns(endpointRef, buildDevices(endpointSketches), endpointRoutes);
  const pod: NetnsRef = { node: endpointNode, netns: 'endpoint' };
  const podState = standardPod(
    pod,
    { address: endpoint.address, length: POD_SUBNET_LENGTH },
    gateway.address,
    ETHERNET_MTU,
  );
  if (!direct) sheet.add('stand-in-device', { node: endpointNode, device: POD_SIDE }, []);
  return {
    namespaces: direct ? [clientHost, endpointHost] : [clientHost, endpointHost, podState],
    wires: direct
      ? []
      : [{ a: { netns: endpointRef, device: POD_SIDE }, b: { netns: pod, device: 'eth0' } }],
    segments: [
      {
        name: 'underlay',
        members: [
          { netns: clientRef, device: physical },
          { netns: endpointRef, device: physical },
        ],
        complete: false,
        filters: 'unknown',
        origin: 'subnet',
        source: null,
      },
    ],
    local: false,
    overlayNetwork,
    standInDevices: new Set(direct ? [] : [`${endpointNode} ${POD_SIDE}`]),
    standInAddresses: new Set(stood.map(formatAddress)),
  };
}

interface SketchFacts {
  readonly mtu: number;
  readonly addresses: readonly Prefix[];
  readonly reader?: TunReader;
  readonly remote?: Address | null;
}

function sketch(name: string, facts: SketchFacts): DeviceSketch {
  const details = detailsOfName(name, facts.reader ?? { kind: 'unknown' });
  return {
    name,
    details:
      details.kind === 'vxlan'
        ? { kind: 'vxlan', vxlan: { ...details.vxlan, remote: facts.remote ?? null } }
        : details,
    mtu: facts.mtu,
    addresses: facts.addresses,
    source: null,
  };
}

function ownAddress(addresses: readonly AddressClue[], device: string): Prefix | null {
  return allOwn(addresses, device)[0] ?? null;
}

function allOwn(addresses: readonly AddressClue[], device: string): readonly Prefix[] {
  return addresses
    .filter((clue) => clue.device === device)
    .map(({ address, prefixLength }) => ({
      address,
      length:
        prefixLength ?? (isOverlay(device) ? hostPrefix(address).length : DEFAULT_PREFIX_LENGTH),
    }));
}

/** Devices that only statements name. */
function otherDevices(
  addresses: readonly AddressClue[],
  built: readonly (string | null)[],
  mtus: ReadonlyMap<string, number>,
): readonly DeviceSketch[] {
  const names = new Set(addresses.map(({ device }) => device));
  return [...names]
    .filter((name) => !built.includes(name) && kindOfName(name) === 'physical')
    .map((name) =>
      sketch(name, { mtu: mtus.get(name) ?? ETHERNET_MTU, addresses: allOwn(addresses, name) }),
    );
}

function defaultRoutes(first: string, last: string): readonly Route[] {
  return first === last ? [] : [routeTo(DEFAULT_DESTINATION, first)];
}

function networkOfOverlay(
  given: GivenFacts | null,
  own: Prefix | null,
  endpoint: Endpoint,
  sheet: FactSheet,
): Prefix {
  if (given?.overlayNetwork) return given.overlayNetwork;
  const common = own && commonNetwork(own.address, endpoint.address);
  const network = common ?? subnetOf(endpoint.address, POD_SUBNET_LENGTH);
  sheet.add('overlay-network', { network: formatPrefix(network) }, []);
  return network;
}

function overlayAtEndpoint(evidence: Evidence): string | null {
  const group = evidence.groups.find(
    ({ side, device }) => side === 'server' && device !== null && isOverlay(device),
  );
  return group?.device ?? null;
}
