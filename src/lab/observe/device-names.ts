import type { HostContext } from './observer.ts';
import { deviceName } from './system-calls.ts';

/** Names of devices by index, asked of the kernel once for each. */
export class DeviceNames {
  readonly #context: HostContext;
  readonly #names = new Map<string, string>();

  constructor(context: HostContext) {
    this.#context = context;
  }

  /** `if7` for a device that went before it was asked for. */
  nameOf(namespace: string, index: number): string {
    const key = `${index} ${namespace}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#context.inside(namespace, () => deviceName(index)) ?? `if${index}`;
    this.#names.set(key, name);
    return name;
  }
}
