import { ARP } from './cases/arp.ts';
import { ARRIVING } from './cases/arriving.ts';
import { BRIDGE } from './cases/bridge.ts';
import { CROSSING } from './cases/crossing.ts';
import { FIB } from './cases/fib.ts';
import { FLANNEL } from './cases/flannel.ts';
import { HOOK_ORDER } from './cases/hook-order.ts';
import { OUTPUT } from './cases/output.ts';
import type { ChecklistCase } from './checklist-case.ts';

/** Every case of the checklist that sends a flow. */
export const CHECKLIST_CASES: readonly ChecklistCase[] = [
  ...HOOK_ORDER,
  ...OUTPUT,
  ...FIB,
  ...ARP,
  ...BRIDGE,
  ...CROSSING,
  ...ARRIVING,
  ...FLANNEL,
];
