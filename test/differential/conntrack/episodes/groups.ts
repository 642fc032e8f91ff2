import type { Episode } from './episode.ts';
import { OTHER_EPISODES } from './other-protocols.ts';
import { randomTalks } from './random-talk.ts';
import { TCP_STATE_EPISODES } from './tcp-states.ts';
import { TCP_RESET_EPISODES, TCP_WINDOW_EPISODES } from './tcp-windows.ts';

/** Episodes that are played under the same settings. */
export interface Group {
  readonly name: string;
  readonly sysctls: readonly string[];
  readonly episodes: readonly Episode[];
}

function settings(changed: Readonly<Record<string, number>>): readonly string[] {
  const usual = {
    tcp_loose: 1,
    tcp_be_liberal: 0,
    tcp_ignore_invalid_rst: 0,
    checksum: 1,
  };
  return Object.entries({ ...usual, ...changed }).map(
    ([key, value]) => `net.netfilter.nf_conntrack_${key}=${value}`,
  );
}

const NUMBERS = [...TCP_WINDOW_EPISODES, ...TCP_RESET_EPISODES];

export const GROUPS: readonly Group[] = [
  {
    name: 'as usual',
    sysctls: settings({}),
    episodes: [...TCP_STATE_EPISODES, ...NUMBERS, ...randomTalks(1, 200)],
  },
  {
    name: 'tcp_be_liberal=1',
    sysctls: settings({ tcp_be_liberal: 1 }),
    episodes: [...NUMBERS, ...randomTalks(2, 60)],
  },
  {
    name: 'tcp_loose=0',
    sysctls: settings({ tcp_loose: 0 }),
    episodes: [...NUMBERS, ...randomTalks(3, 60)],
  },
  {
    name: 'tcp_ignore_invalid_rst=1',
    sysctls: settings({ tcp_ignore_invalid_rst: 1 }),
    episodes: [...TCP_RESET_EPISODES, ...randomTalks(4, 60)],
  },
  { name: 'other protocols', sysctls: settings({}), episodes: OTHER_EPISODES },
  {
    name: 'checksum=0',
    sysctls: settings({ checksum: 0 }),
    episodes: [...NUMBERS, ...OTHER_EPISODES].filter(({ name }) => name.includes('checksum')),
  },
];
