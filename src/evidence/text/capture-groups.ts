import type { GroupLabel } from '../part.ts';

/** The capture that packets of tcpdump's text belong to. */
export interface CaptureGroup {
  readonly id: string;
  device: string | null;
  label: string;
  packets: number;
}

/** Splits a document into captures: at tcpdump's own lines and at headings between packets. */
export interface CaptureGroups {
  /** The group of the next packet. */
  current(): CaptureGroup;
  /** A heading or sentence that may name the next capture. */
  heading(text: string, line: number, level: 'section' | 'label'): void;
  /** tcpdump was started, or said on which device it listens. */
  started(device: string | null): void;
  ended(): void;
  readonly labels: readonly GroupLabel[];
}

export function captureGroups(file: string, name: string): CaptureGroups {
  const labels: GroupLabel[] = [];
  let count = 0;
  let section: { readonly text: string; readonly line: number } | null = null;
  let label: { readonly text: string; readonly line: number } | null = null;
  let open: CaptureGroup | null = null;
  let device: string | null = null;

  const close = (): void => {
    if (open === null || open.packets === 0) return;
    open = null;
    device = null;
  };

  const current = (): CaptureGroup => {
    if (open) return open;
    const id = `${file}#${++count}`;
    const words = [section, label].filter((part) => part !== null);
    for (const part of words.toReversed()) labels.push({ group: id, ...part });
    const text = words.map((part) => part.text).join(' / ');
    open = { id, device, label: text === '' ? name : text, packets: 0 };
    return open;
  };

  return {
    current,
    heading(text, line, level): void {
      close();
      if (level === 'section') {
        section = { text, line };
        label = null;
      } else {
        label = { text, line };
      }
    },
    started(on): void {
      close();
      device = on ?? device;
      if (open) open.device = device;
    },
    ended: close,
    labels,
  };
}
