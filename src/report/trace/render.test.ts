import { describe, expect, it } from 'vitest';
import { CONNECTED_TRACE, LOST_SYN_TRACE } from '../../../test/support/example-trace.ts';
import type { Trace } from '../../trace/trace.ts';
import { COLOURED, PLAIN_CANVAS } from '../text/style.ts';
import { renderTrace } from './render.ts';
import { traceJson } from './to-json.ts';

function rendered(trace: Trace, level: 'minimal' | 'summary' | 'detailed'): string {
  return renderTrace(traceJson(trace), level, PLAIN_CANVAS);
}

describe('a rendered trace', () => {
  it('is one line per packet in the minimal form', () => {
    expect(rendered(LOST_SYN_TRACE, 'minimal')).toBe(
      `unreachable
100% timeout ETIMEDOUT
  syn 192.168.10.11 > 10.244.2.4:8082 dropped IP_RPFILTER at n2 flannel0
  assumed underlay u0 passes 192.168.10.11 to 192.168.10.12 = pass
`,
    );
  });

  it('answers in its first line and tells the decisive steps, with rewritten fields', () => {
    expect(rendered(LOST_SYN_TRACE, 'summary')).toBe(
      `n1 -> 10.96.10.2:80 tcp: timeout; the SYN is dropped on n2 at flannel0: IP_RPFILTER (strict rp_filter: 192.168.10.11 is reached by eth0, not by flannel0)

SYN, original: dropped
  n1                   192.168.10.11:40000 > 10.96.10.2:80
    route                10.96.10.2 via 192.168.10.1 dev eth0 table main
    source               192.168.10.11 (the device's first address)
    output nat           OUTPUT > KUBE-SEP-A > dnat  nodes/n1/iptables-nft-save.txt:12
    output dstnat        new mapping [daddr 10.96.10.2 -> 10.244.2.4] [dport 80 -> 8082]
    reroute              10.244.2.4 dev flannel0 table main
    out                  flannel0
  n2                   192.168.10.11:40000 > 10.244.2.4:8082
    in                   flannel0
    rp_filter            strict rp_filter: 192.168.10.11 is reached by eth0, not by flannel0
    DROPPED              IP_RPFILTER in ip_route_input_slow()

Assumed:
  underlay: u0 passes 192.168.10.11 to 192.168.10.12 = pass (the usual case)
`,
    );
  });

  it('names each matched rule with its file and line in the detailed form', () => {
    const text = rendered(LOST_SYN_TRACE, 'detailed');
    expect(text).toContain('-A OUTPUT -j KUBE-SERVICES [jump KUBE-SERVICES]');
    expect(text).toContain('nodes/n1/iptables-nft-save.txt:7');
    expect(text).toContain('output conntrack     NEW');
  });

  it('says who answered and which source it saw, and that the reply takes another way', () => {
    const text = rendered(CONNECTED_TRACE, 'summary');
    expect(text.split('\n')[0]).toBe(
      'n1 -> 10.96.10.2:80 tcp: connected to 10.244.2.4:8082 on n2/pod, which sees the source 192.168.10.11',
    );
    expect(text).toContain(
      'Asymmetric: the SYN leaves n1 by flannel0, the SYN-ACK comes back by eth0.',
    );
  });

  it('counts the outcomes when chance decides', () => {
    const [lost] = LOST_SYN_TRACE.outcomes;
    const [good] = CONNECTED_TRACE.outcomes;
    if (!lost || !good) throw new Error('the examples have outcomes');
    const outcomes = [
      { ...good, probability: 0.75 },
      { ...lost, probability: 0.25 },
    ];
    const text = rendered({ ...LOST_SYN_TRACE, verdict: 'ambiguous', outcomes }, 'summary');
    expect(text.split('\n')[0]).toBe(
      'n1 -> 10.96.10.2:80 tcp: ambiguous; 75% connected, 25% timeout',
    );
  });

  it('names what the model does not support', () => {
    const unsupported = [
      {
        construct: '-m bpf',
        where: { node: 'n1', netns: null },
        source: { file: 'nodes/n1/iptables-save.txt', line: 9 },
      },
    ];
    expect(rendered({ ...LOST_SYN_TRACE, unsupported }, 'summary')).toContain(
      'Not modelled: -m bpf (n1, nodes/n1/iptables-save.txt:9)',
    );
  });

  it('differs by colour only where colour is allowed', () => {
    const json = traceJson(LOST_SYN_TRACE);
    const coloured = renderTrace(json, 'summary', { ...PLAIN_CANVAS, style: COLOURED });
    expect(coloured).not.toBe(rendered(LOST_SYN_TRACE, 'summary'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are the subject
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(rendered(LOST_SYN_TRACE, 'summary'));
  });
});
