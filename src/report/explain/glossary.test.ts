import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../diagnosis/cause/all-causes.ts';
import { DROP_REASONS } from '../../linux/drop-reason.ts';
import { PLAIN_CANVAS } from '../text/style.ts';
import { CAUSE_WORDS } from './cause-words.ts';
import { DROP_REASON_TEXTS } from './drop-reason-texts.ts';
import { explanationsOf, GLOSSARY, nearWords } from './glossary.ts';
import { renderExplanations } from './render-explanation.ts';

describe('the glossary', () => {
  it('has words for every drop reason of the kernel and for no other', () => {
    expect(Object.keys(DROP_REASON_TEXTS).sort()).toEqual([...DROP_REASONS].sort());
  });

  it('has words for every cause of the diagnosis and for no other', () => {
    expect(CAUSE_WORDS.map(({ term }) => term).sort()).toEqual(CAUSES.map(({ id }) => id).sort());
  });

  it('says something in every field', () => {
    for (const { check, ...entry } of GLOSSARY) {
      for (const text of Object.values(entry)) expect(text).not.toBe('');
      expect(check.length).toBeGreaterThan(0);
    }
  });
});

describe('explanationsOf', () => {
  it.each([
    ['IP_RPFILTER', 'IP_RPFILTER'],
    ['skb_drop_reason_ip_rpfilter', 'IP_RPFILTER'],
    ['POSTROUTING', 'postrouting'],
    ['nat', 'nat'],
    ['KUBE-SVC-ERIFXISQEP7F7OF4', 'KUBE-SVC-'],
    ['KUBE-SERVICES', 'KUBE-SERVICES'],
    ['rp_filter', 'net.ipv4.conf.DEVICE.rp_filter'],
    ['net.ipv4.conf.eth0.100.rp_filter', 'net.ipv4.conf.DEVICE.rp_filter'],
    ['net/ipv4/conf/all/rp_filter', 'net.ipv4.conf.DEVICE.rp_filter'],
    ['ip_forward', 'net.ipv4.ip_forward'],
    ['rp-filter-strict', 'rp-filter-strict'],
    ['invalid', 'INVALID'],
  ])('finds %s', (word, term) => {
    expect(explanationsOf(word).map((entry) => entry.term)).toEqual([term]);
  });

  it('finds nothing for a word that it does not know', () => {
    expect(explanationsOf('KUBE-SVC-')).toHaveLength(1);
    expect(explanationsOf('wat')).toEqual([]);
    expect(explanationsOf('')).toEqual([]);
  });
});

describe('nearWords', () => {
  it('puts the nearest first', () => {
    expect(nearWords('IP_RPFLITER')[0]).toBe('IP_RPFILTER');
    expect(nearWords('rpfilter').slice(0, 3)).toContain('IP_RPFILTER');
    expect(nearWords('zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz')).toEqual([]);
  });
});

describe('a rendered explanation', () => {
  it('keeps to the width and tells every field', () => {
    const text = renderExplanations(explanationsOf('IP_RPFILTER'), PLAIN_CANVAS);
    expect(text.split('\n')[0]).toBe(
      'IP_RPFILTER (drop reason): rp_filter: the source would be answered by another device',
    );
    expect(text).toMatch(/^ {2}where {5}fib_validate_source\(\)/m);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
