import type { JsonRecord, LineReader, RecordReader } from '../line-reader.ts';
import type { CounterDraft } from './counter-draft.ts';

/** Prefixes of the kernel's counters as nstat and /proc/net/snmp6 name them. */
const NAMED =
  /^((?:Ip6?|Icmp6?|IcmpMsg|Tcp|Udp6?|UdpLite6?|TcpExt|IpExt|MPTcpExt|MPTcp|Sctp|Xfrm|Tls)[A-Z][A-Za-z0-9]{0,60})\s+(\d{1,20})(?:\s+-?\d{1,20}(?:\.\d{1,20})?)?$/;
/** /proc/net/snmp and /proc/net/netstat: a line of names and one of values. */
const PAIR = /^(Ip|Icmp|IcmpMsg|Tcp|Udp|UdpLite|TcpExt|IpExt|MPTcpExt|Sctp): (.+)$/;
const XFRM = /^(Xfrm[A-Z][A-Za-z]{1,40})\s+(\d{1,20})$/;
const MAX_NAMES = 1000;

/** Reads `nstat`, /proc/net/snmp6, /proc/net/snmp and /proc/net/netstat. */
export function kernelCounterLines(counters: CounterDraft): LineReader {
  let names: { readonly group: string; readonly words: readonly string[] } | null = null;
  return {
    take({ text, source }): boolean {
      const first = text.charCodeAt(0);
      if (first === 35) return /^#(?:kernel|\d{1,12}\.\d{1,20} sampling)/.test(text);
      // I, M, S, T, U, X: what a counter's name begins with.
      if (first < 73 || first > 88) return false;
      const named = NAMED.exec(text) ?? XFRM.exec(text);
      if (named) {
        const [, counter = '', value] = named;
        counters.count(null, counter, Number(value), source);
        return true;
      }
      const pair = PAIR.exec(text);
      if (!pair) return false;
      const [, group = '', rest = ''] = pair;
      const words = rest.split(' ', MAX_NAMES);
      if (/^[A-Z]/.test(rest)) {
        if (!words.every((word) => /^[A-Za-z][A-Za-z0-9]{0,60}$/.test(word))) return false;
        names = { group, words };
        return true;
      }
      if (names?.group !== group || !words.every((word) => /^-?\d{1,20}$/.test(word))) return false;
      const keys = names.words;
      names = null;
      words.forEach((value, at) => {
        const key = keys[at];
        if (key !== undefined) counters.count(null, `${group}${key}`, Number(value), source);
      });
      return true;
    },
  };
}

/** Reads `nstat -j`. */
export function kernelCounterRecords(counters: CounterDraft): RecordReader {
  return {
    take(record: JsonRecord, { source }): boolean {
      const { kernel } = record;
      if (typeof kernel !== 'object' || kernel === null) return false;
      const values = Object.entries(kernel).filter(([, value]) => typeof value === 'number');
      for (const [counter, value] of values) counters.count(null, counter, Number(value), source);
      return values.length > 0;
    },
  };
}
