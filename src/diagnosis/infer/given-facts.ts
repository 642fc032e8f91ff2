import { type Address, parseAddress } from '../../packet/address.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import { type Prefix, parsePrefix } from '../../packet/prefix.ts';

/** What a `--facts` file says; see docs/facts.md. */
export interface GivenFacts {
  readonly file: string;
  readonly nodes: readonly GivenNode[];
  readonly service: GivenEndpoint | null;
  readonly endpoint: GivenEndpoint | null;
  readonly overlayNetwork: Prefix | null;
  readonly serviceNetwork: Prefix | null;
}

export interface GivenNode {
  readonly name: string;
  readonly role: 'client' | 'endpoint' | null;
  readonly devices: readonly GivenDevice[];
  readonly routes: readonly GivenRoute[];
  readonly sysctls: ReadonlyMap<string, string>;
  /** The address that the overlay's datagrams are sent to. */
  readonly overlayEndpoint: Address | null;
}

export interface GivenDevice {
  readonly name: string;
  readonly address: Prefix | null;
  readonly mtu: number | null;
}

export interface GivenRoute {
  readonly destination: Prefix;
  readonly device: string;
  readonly gateway: Address | null;
  readonly source: Address | null;
}

export interface GivenEndpoint {
  readonly address: Address;
  readonly port: number | null;
}

export const NOTHING_GIVEN: Omit<GivenFacts, 'file'> = {
  nodes: [],
  service: null,
  endpoint: null,
  overlayNetwork: null,
  serviceNetwork: null,
};

export const NOTHING_GIVEN_OF_NODE: Omit<GivenNode, 'name' | 'role'> = {
  devices: [],
  routes: [],
  sysctls: new Map(),
  overlayEndpoint: null,
};

type Fields = Readonly<Record<string, unknown>>;

/** Reads a facts file. What cannot be read is named and left out. */
export function parseGivenFacts(text: string, file: string): Parsed<GivenFacts> {
  const issues: Issue[] = [];
  const complain = (code: string, detail: string): null => {
    issues.push({ code, severity: 'error', source: { file, line: 1 }, detail });
    return null;
  };
  const root = parseObject(text);
  if (!root) complain('facts-not-json-object', file);
  const reader = fieldReader(complain);
  const fields = root ?? {};
  reader.refuseUnknown(fields, 'facts', [
    'nodes',
    'service',
    'endpoint',
    'overlayNetwork',
    'serviceNetwork',
  ]);
  const value: GivenFacts = {
    file,
    nodes: reader.list(fields.nodes, 'nodes').flatMap((node) => nodeOf(node, reader)),
    service: endpointOf(fields.service, 'service', reader),
    endpoint: endpointOf(fields.endpoint, 'endpoint', reader),
    overlayNetwork: reader.prefix(fields.overlayNetwork, 'overlayNetwork'),
    serviceNetwork: reader.prefix(fields.serviceNetwork, 'serviceNetwork'),
  };
  return { value, issues };
}

function parseObject(text: string): Fields | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : null;
}

function nodeOf(value: unknown, reader: FieldReader): readonly GivenNode[] {
  const fields = asObject(value);
  const name = fields && reader.text(fields.name, 'nodes[].name');
  if (!fields || !name) {
    reader.complain('facts-node-without-name', 'nodes[]');
    return [];
  }
  reader.refuseUnknown(fields, name, [
    'name',
    'role',
    'devices',
    'routes',
    'sysctls',
    'overlayEndpoint',
  ]);
  const role = fields.role;
  const known = role === 'client' || role === 'endpoint' ? role : null;
  if (role !== undefined && !known) reader.complain('facts-bad-value', `${name}.role`);
  const sysctls = asObject(fields.sysctls ?? {}) ?? {};
  return [
    {
      name,
      role: known,
      devices: reader.list(fields.devices, `${name}.devices`).flatMap((item) => {
        const device = asObject(item);
        const deviceName = device && reader.text(device.name, `${name}.devices[].name`);
        if (!device || !deviceName) return [];
        return [
          {
            name: deviceName,
            address: reader.prefix(device.address, `${deviceName}.address`),
            mtu: reader.count(device.mtu, `${deviceName}.mtu`),
          },
        ];
      }),
      routes: reader.list(fields.routes, `${name}.routes`).flatMap((item) => {
        const route = asObject(item);
        const device = route && reader.text(route.device, `${name}.routes[].device`);
        const destination =
          route &&
          reader.prefix(
            route.destination === 'default' ? '0.0.0.0/0' : route.destination,
            `${name}.routes[].destination`,
          );
        if (!route || !device || !destination) return [];
        return [
          {
            destination,
            device,
            gateway: reader.address(route.gateway, `${name}.routes[].gateway`),
            source: reader.address(route.source, `${name}.routes[].source`),
          },
        ];
      }),
      sysctls: new Map(
        Object.entries(sysctls).map(([key, setting]) => [key, String(setting)] as const),
      ),
      overlayEndpoint: reader.address(fields.overlayEndpoint, `${name}.overlayEndpoint`),
    },
  ];
}

function endpointOf(value: unknown, where: string, reader: FieldReader): GivenEndpoint | null {
  if (value === undefined) return null;
  const fields = asObject(value);
  const address = fields && reader.address(fields.address, `${where}.address`);
  if (!fields || !address) {
    reader.complain('facts-bad-value', where);
    return null;
  }
  return { address, port: reader.count(fields.port, `${where}.port`) };
}

type Complain = (code: string, detail: string) => null;

/** Reads fields of the expected type; a wrong one is named and read as absent. */
interface FieldReader {
  readonly complain: Complain;
  refuseUnknown(fields: Fields, where: string, known: readonly string[]): void;
  list(value: unknown, where: string): readonly unknown[];
  text(value: unknown, where: string): string | null;
  count(value: unknown, where: string): number | null;
  address(value: unknown, where: string): Address | null;
  prefix(value: unknown, where: string): Prefix | null;
}

function fieldReader(complain: Complain): FieldReader {
  const bad = (where: string): null => complain('facts-bad-value', where);
  const text = (value: unknown, where: string): string | null => {
    if (value === undefined) return null;
    return typeof value === 'string' && value !== '' ? value : bad(where);
  };
  const parsed = <T>(parse: (text: string) => T | null) => {
    return (value: unknown, where: string): T | null => {
      const given = text(value, where);
      return given === null ? null : (parse(given) ?? bad(where));
    };
  };
  return {
    complain,
    refuseUnknown(fields, where, known) {
      for (const key of Object.keys(fields)) {
        if (!known.includes(key)) complain('facts-unknown-field', `${where}.${key}`);
      }
    },
    list(value, where) {
      if (value === undefined) return [];
      return Array.isArray(value) ? value : (bad(where) ?? []);
    },
    text,
    count(value, where) {
      if (value === undefined) return null;
      const counts = typeof value === 'number' && Number.isInteger(value) && value >= 0;
      return counts ? value : bad(where);
    },
    address: parsed(parseAddress),
    prefix: parsed(parsePrefix),
  };
}
