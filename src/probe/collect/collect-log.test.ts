import { describe, expect, it } from 'vitest';
import { parseCollectLog } from './collect-log.ts';

describe('parseCollectLog', () => {
  it.each([
    ['nft-ruleset.json', { netns: null, file: 'nft-ruleset.json' }],
    ['kubernetes/pods.json', { netns: null, file: 'kubernetes/pods.json' }],
    ['netns/web/sysctl.txt', { netns: 'web', file: 'sysctl.txt' }],
    ['netns/web', { netns: 'web', file: null }],
    ['netns', { netns: null, file: null }],
  ])('reads %s', (place, fact) => {
    const { unknown } = parseCollectLog(`# start\nunknown ${place}: why: because\n# end\n`);
    expect(unknown).toEqual([{ ...fact, why: 'why: because' }]);
  });

  it('knows whether the script came to its end', () => {
    expect(parseCollectLog('# start\n# end\n').complete).toBe(true);
    expect(parseCollectLog('# start\nunknown a.txt: b\n').complete).toBe(false);
  });
});
