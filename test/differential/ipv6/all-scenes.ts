import type { Scene } from './scene.ts';
import { ERRORS } from './scenes/errors.ts';
import { KUBE_PROXY } from './scenes/kube-proxy.ts';
import { NEIGHBOURS } from './scenes/neighbours.ts';
import { ROUTES } from './scenes/routes.ts';
import { RULESETS } from './scenes/rulesets.ts';
import { SOURCES } from './scenes/sources.ts';
import { TUNNELS } from './scenes/tunnels.ts';

/** Every network of IPv6 that is held against the kernel. */
export const SCENES: readonly Scene[] = [
  ...SOURCES,
  ...ROUTES,
  ...NEIGHBOURS,
  ...ERRORS,
  ...RULESETS,
  ...KUBE_PROXY,
  ...TUNNELS,
];
