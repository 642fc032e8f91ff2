import type { LineReader } from '../line-reader.ts';
import type { CounterDraft } from './counter-draft.ts';
import { linkCounter } from './link-names.ts';

const PROC_HEAD = /^(?:Inter-\| {1,8}Receive|face \|bytes )/;
const PROC_ROW = /^([^\s:]{1,15}): {0,30}(\d{1,20}(?: {1,30}\d{1,20}){15})$/;
const PROC_COLUMNS: readonly (readonly ['rx' | 'tx', string])[] = [
  ...'bytes packets errs drop fifo frame compressed multicast'
    .split(' ')
    .map((name) => ['rx', name] as const),
  ...'bytes packets errs drop fifo colls carrier compressed'
    .split(' ')
    .map((name) => ['tx', name] as const),
];

/** Reads /proc/net/dev. Its `drop` counts what was missed, too. Linux: net/core/net-procfs.c. */
export function procNetDevLines(counters: CounterDraft): LineReader {
  return {
    take({ text, source }): boolean {
      const row = text.includes(':') ? PROC_ROW.exec(text) : null;
      if (!row) return PROC_HEAD.test(text);
      const [, device = '', values = ''] = row;
      values.split(/ +/).forEach((value, at) => {
        const column = PROC_COLUMNS[at];
        const counter = column ? linkCounter(...column) : null;
        if (counter !== null) counters.count(device, counter, Number(value), source);
      });
      return true;
    },
  };
}

const IFCONFIG_DEVICE = /^(\S{1,15}?):? +(?:flags=\d{1,8}<|Link encap:)/;
const IFCONFIG_ROW = /^(RX|TX) (?:packets|errors|bytes)[ :]/;
const IFCONFIG_FIELD =
  /(?:^|\s)(RX |TX )?(packets|bytes|errors|dropped|overruns|frame|carrier|collisions)[ :](\d{1,20})(?=\s|$)/g;
const IFCONFIG_REST =
  /^(?:inet6? |inet addr:|inet6 addr:|ether |loop |unspec |tunnel |UP |collisions:\d)/;

/** Reads ifconfig, of both of net-tools' forms. */
export function ifconfigLines(counters: CounterDraft): LineReader {
  let device: string | null = null;
  return {
    take({ text, source }): boolean {
      const named =
        text.includes('flags=') || text.includes('encap:') ? IFCONFIG_DEVICE.exec(text) : null;
      if (named) {
        device = named[1] ?? null;
        return true;
      }
      if (device === null) return false;
      const row = IFCONFIG_ROW.exec(text);
      // An address is for whoever reads addresses, as far as this one is not older than that.
      if (!row && !text.startsWith('collisions:')) {
        if (IFCONFIG_REST.test(text)) return true;
        device = null;
        return false;
      }
      let direction: 'rx' | 'tx' = row?.[1] === 'RX' ? 'rx' : 'tx';
      for (const [, both, column = '', value] of text.matchAll(IFCONFIG_FIELD)) {
        if (both !== undefined) direction = both === 'RX ' ? 'rx' : 'tx';
        const counter = linkCounter(direction, column);
        if (counter !== null) counters.count(device, counter, Number(value), source);
      }
      return true;
    },
  };
}

const IFACE_HEAD = /^Iface +MTU +(?:Met +)?RX-OK +RX-ERR +RX-DRP +RX-OVR +TX-OK/;
const IFACE_ROW = /^(\S{1,15}) +\d{2,6} +((?:\d{1,20} +){8})[A-Za-z]{1,10}$/;
const IFACE_COLUMNS = [
  'rx_packets',
  'rx_errors',
  'rx_dropped',
  'rx_fifo_errors',
  'tx_packets',
  'tx_errors',
  'tx_dropped',
  'tx_fifo_errors',
];

/** Reads `netstat -i`. */
export function netstatInterfaceLines(counters: CounterDraft): LineReader {
  let open = false;
  return {
    take({ text, source }): boolean {
      if (text === 'Kernel Interface table') return true;
      if (IFACE_HEAD.test(text)) {
        open = true;
        return true;
      }
      const row = open ? IFACE_ROW.exec(text) : null;
      open = row !== null;
      if (!row) return false;
      const [, device = '', values = ''] = row;
      values
        .trim()
        .split(/ +/)
        .forEach((value, at) => {
          const counter = IFACE_COLUMNS[at];
          if (counter !== undefined) counters.count(device, counter, Number(value), source);
        });
      return true;
    },
  };
}
