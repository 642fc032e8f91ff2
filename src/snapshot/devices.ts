import type { BridgePort, Device } from '../kernel/device/device.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import type { LinkRecord } from './ip-link.ts';
import { info, warning } from './make-issue.ts';

/** What the files of a namespace say of its devices; `undefined` was not collected. */
export interface DeviceFiles {
  readonly links: readonly LinkRecord[] | undefined;
  readonly addresses: readonly LinkRecord[] | undefined;
  readonly ports: ReadonlyMap<string, BridgePort> | undefined;
}

/** Joins `ip link`, `ip addr` and `bridge link` into the devices of a namespace. */
export function mergeDevices(files: DeviceFiles): Parsed<readonly Device[] | undefined> {
  const base = files.links ?? files.addresses;
  if (!base) return { value: undefined, issues: [] };
  const issues: Issue[] = [];
  const withAddresses = new Map(
    (files.addresses ?? []).map((record) => [record.device.name, record]),
  );
  // The same command twice in a file: the later record is the newer one.
  const records = [...new Map(base.map((record) => [record.device.name, record])).values()];
  const known = new Set(base.map((record) => record.device.name));
  for (const record of files.addresses ?? []) {
    // Made between the two commands, or one file is cut: either way it is there.
    if (!known.has(record.device.name)) records.push(record);
  }
  const bridges = new Set(
    records.filter((r) => r.device.details.kind === 'bridge').map((r) => r.device.name),
  );
  const devices = records.map((record): Device => {
    const { device } = record;
    const other = withAddresses.get(device.name);
    const addresses = other?.addresses ?? record.addresses;
    if (addresses === undefined) {
      const detail = `no addresses of ${device.name}`;
      issues.push(warning('addresses-missing', device.source ?? NO_SOURCE, detail));
    }
    const details = !record.detailed && other?.detailed ? other.device.details : device.details;
    const isPort = device.master !== null && bridges.has(device.master);
    return {
      ...device,
      details,
      addresses: addresses ?? [],
      bridgePort: isPort ? portOf(record, files.ports, issues) : null,
    };
  });
  return { value: devices, issues };
}

const NO_SOURCE = { file: 'ip-link.json', line: 1 };

function portOf(
  record: LinkRecord,
  ports: ReadonlyMap<string, BridgePort> | undefined,
  issues: Issue[],
): BridgePort {
  const own = record.device.bridgePort ?? ports?.get(record.device.name);
  if (own) return own;
  const source = record.device.source ?? NO_SOURCE;
  issues.push(info('port-settings-missing', source, record.device.name));
  return { state: 'forwarding', hairpin: false, isolated: false, learning: true, flood: true };
}
