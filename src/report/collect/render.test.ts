import { describe, expect, it } from 'vitest';
import { PLAIN_CANVAS } from '../text/style.ts';
import { COLLECT_SCHEMA, type CollectJson } from './collect-json.ts';
import { renderCollect } from './render.ts';

const RESULT: CollectJson = {
  schema: COLLECT_SCHEMA,
  snapshot: 'hookline-n1',
  nodes: [{ node: 'n1', host: null, netns: ['web-0', 'web-1'], files: 60 }],
  kubernetes: [],
  unknown: [],
  failed: [],
};

const text = (change: Partial<CollectJson>): string =>
  renderCollect({ ...RESULT, ...change }, PLAIN_CANVAS);

describe('renderCollect', () => {
  it('says where the snapshot is, and what to type next', () => {
    expect(text({})).toBe(`hookline-n1: n1 with 2 other namespaces; nothing is unknown

Next
  hookline trace hookline-n1 --from n1/web-0 --to ADDRESS:PORT
`);
  });

  it('names a reason once, with the namespaces that it holds for', () => {
    const why = 'nft is not installed (package nftables)';
    const unknown = [null, 'web-0', 'web-1'].map((netns) => ({
      node: 'n1',
      netns,
      file: 'nft-ruleset.json',
      why,
    }));
    expect(text({ unknown })).toContain(
      `3 facts unknown\n\nUnknown\n  nft-ruleset.json of n1, n1/web-0, n1/web-1: ${why}\n`,
    );
  });

  it.each([
    [
      'a namespace',
      { node: 'n1', netns: 'db', file: null, why: 'not entered' },
      'n1/db: not entered',
    ],
    [
      'namespaces that nobody saw',
      { node: 'n1', netns: null, file: null, why: 'hidden' },
      'namespaces of n1: hidden',
    ],
    [
      'the cluster',
      { node: null, netns: null, file: 'kubernetes/pods.json', why: 'refused' },
      'kubernetes/pods.json of the cluster: refused',
    ],
  ])('names %s', (_what, fact, line) => {
    expect(text({ unknown: [fact] })).toContain(`1 fact unknown\n\nUnknown\n  ${line}\n`);
  });

  it('names a host of which there is nothing', () => {
    expect(text({ failed: [{ host: 'n2', why: 'Connection refused' }] })).toMatch(
      /^hookline-n1: .*; nothing is unknown, 1 host not collected\n {2}nothing of n2: Connection refused\n/,
    );
  });

  it('shows no command when there is nothing to trace', () => {
    const nothing = { snapshot: null, nodes: [], failed: [{ host: null, why: 'no tar' }] };
    expect(text(nothing)).toBe('nothing was collected\n  nothing of this machine: no tar\n');
  });

  it('counts nodes where they are many', () => {
    const nodes = Array.from({ length: 9 }, (_, index) => ({
      node: `n${index}`,
      host: `h${index}`,
      netns: [],
      files: 20,
    }));
    expect(text({ nodes })).toMatch(/^hookline-n1: 9 nodes; /);
  });
});
