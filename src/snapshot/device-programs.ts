import type { Device, DeviceProgram } from '../kernel/device/device.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { readJsonElements } from './json-elements.ts';
import { isObject, objectsOf, textOf } from './json-value.ts';
import { error } from './make-issue.ts';

/** Programs and queues by the name of their device. */
export type ProgramsByDevice = ReadonlyMap<string, readonly DeviceProgram[]>;

/** Queues that lose or change what they are given, beside what does not fit in. tc(8). */
const LOSSY = new Set(['netem', 'blackhole', 'plug']);

/**
 * Reads `tc -j qdisc show`: where filters may stand, and queues that lose packets. `clsact` is made by who loads
 * BPF programs, `ingress` by those who limit rates.
 */
export function parseTcQdisc(text: string, file: string): Parsed<ProgramsByDevice> {
  const { value: elements, issues } = readJsonElements(text, file);
  const found = new Collected(issues);
  for (const { value, line, raw } of elements) {
    const source = { file, line };
    const kind = isObject(value) ? textOf(value, 'kind') : null;
    const device = isObject(value) ? textOf(value, 'dev') : null;
    if (kind === null) found.unreadable(source, raw);
    if (kind === null || device === null) continue;
    if (kind === 'clsact') {
      for (const hook of ['ingress', 'egress'] as const) {
        found.add(device, { hook, what: 'filters of clsact', certain: true, source });
      }
    } else if (kind === 'ingress') {
      found.add(device, { hook: 'ingress', what: 'filters of ingress', certain: false, source });
    } else if (LOSSY.has(kind)) {
      found.add(device, { hook: 'egress', what: `the queue ${kind}`, certain: false, source });
    }
  }
  return found.result();
}

/** Reads `bpftool -j net show`: programs of XDP, tc and tcx by device. bpftool-net(8). */
export function parseBpftoolNet(text: string, file: string): Parsed<ProgramsByDevice> {
  const { value: elements, issues } = readJsonElements(text, file);
  const found = new Collected(issues);
  for (const { value, line, raw } of elements) {
    const source = { file, line };
    if (!isObject(value)) {
      found.unreadable(source, raw);
      continue;
    }
    for (const program of objectsOf(value, 'xdp')) {
      const device = textOf(program, 'devname');
      const what = named('XDP program', textOf(program, 'id'));
      if (device !== null) found.add(device, { hook: 'xdp', what, certain: true, source });
    }
    for (const program of objectsOf(value, 'tc')) {
      const device = textOf(program, 'devname');
      const hook = hookOf(textOf(program, 'kind') ?? '');
      const what = named('BPF program', textOf(program, 'name') ?? textOf(program, 'id'));
      if (device !== null && hook) found.add(device, { hook, what, certain: true, source });
    }
  }
  return found.result();
}

/** `clsact/ingress`, `tcx/egress`, `netkit/peer`. */
function hookOf(kind: string): 'ingress' | 'egress' | null {
  if (/ingress|peer/.test(kind)) return 'ingress';
  return /egress|primary/.test(kind) ? 'egress' : null;
}

function named(what: string, name: string | null): string {
  return name === null ? what : `${what} ${name}`;
}

class Collected {
  readonly #byDevice = new Map<string, DeviceProgram[]>();
  readonly #issues: Issue[];

  constructor(issues: readonly Issue[]) {
    this.#issues = [...issues];
  }

  add(device: string, program: DeviceProgram): void {
    const known = this.#byDevice.get(device);
    if (known) known.push(program);
    else this.#byDevice.set(device, [program]);
  }

  unreadable(source: SourceRef, raw: string): void {
    this.#issues.push(error('unreadable-record', source, raw.slice(0, 80)));
  }

  result(): Parsed<ProgramsByDevice> {
    return { value: this.#byDevice, issues: this.#issues };
  }
}

/**
 * Tells devices their programs. Where all BPF programs are listed, a place for filters is one of others, which
 * change little; where XDP is listed by its number, `ip link` need not say it again.
 */
export function withPrograms(
  devices: readonly Device[],
  qdiscs: ProgramsByDevice | undefined,
  listed: ProgramsByDevice | undefined,
): readonly Device[] {
  return devices.map((device) => {
    const own = (device.programs ?? []).filter(() => listed === undefined);
    const queues = (qdiscs?.get(device.name) ?? []).map((program) =>
      listed === undefined ? program : { ...program, certain: false },
    );
    const programs = [...own, ...(listed?.get(device.name) ?? []), ...queues];
    const { programs: _, ...rest } = device;
    return programs.length === 0 ? rest : { ...rest, programs };
  });
}
