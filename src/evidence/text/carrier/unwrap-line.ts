import { type LogFraming, readFraming } from '../log/log-framing.ts';

/** What a container's log, a search or a listing put before a line. */
export interface Unwrapped {
  readonly text: string;
  readonly carrier: LogFraming | null;
}

/** containerd and CRI-O: `/var/log/pods/.../0.log`. */
const CRI =
  /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{1,9}(?:Z|[+-]\d{2}:\d{2}) )(?:stdout|stderr) [FP] /;
/** `kubectl logs --timestamps`, `docker logs -t`. */
const STAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{1,9}(?:Z|[+-]\d{2}:\d{2}) (?=\S)/;
/** `kubectl logs --prefix`, `docker compose logs`. */
const POD = /^\[pod\/[^\]\s]{1,250}\] /;
const COMPOSE = /^[a-z0-9][\w.-]{0,60} +\| /;
/** `cat -n`, `grep -n`. */
const NUMBERED = /^\d{1,9}(?:\t|:(?=[A-Zg-z[<{]))\s{0,8}/;

const MAX_LAYERS = 4;

/** Takes off the layers around a line; each may be inside another. */
export function unwrapLine(line: string): Unwrapped {
  let text = line;
  let carrier: LogFraming | null = null;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const outer = outerLayer(text);
    if (outer === null) break;
    if (outer.stamp !== null) carrier = { ...readFraming(outer.stamp), message: '' };
    text = text.slice(outer.length);
  }
  return { text, carrier };
}

function outerLayer(
  text: string,
): { readonly length: number; readonly stamp: string | null } | null {
  const first = text.charCodeAt(0);
  const digit = first >= 48 && first <= 57;
  if (digit) {
    const cri = CRI.exec(text);
    if (cri) return { length: cri[0].length, stamp: cri[1] ?? null };
    // A log line's own stamp belongs to its framing.
    const stamp = text.includes('OUT=') ? null : STAMP.exec(text);
    if (stamp) return { length: stamp[0].length, stamp: stamp[0] };
    const numbered = NUMBERED.exec(text);
    return numbered && { length: numbered[0].length, stamp: null };
  }
  const named =
    first === 91
      ? POD.exec(text)
      : text.includes(' | ') && text.indexOf(' | ') < 64
        ? COMPOSE.exec(text)
        : null;
  return named && { length: named[0].length, stamp: null };
}
