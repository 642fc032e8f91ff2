import type { Presentation } from './present.ts';

/** Up to an hour apart, running up to 200 millionths too fast or slow. */
const WRONG_CLOCKS = {
  n1: { ahead: 0, faster: 0 },
  n2: { ahead: 2871.3, faster: 80e-6 },
  o1: { ahead: -3400, faster: -50e-6 },
};

const EACH_ITS_OWN = {
  'n1-eth0.pcap': { ahead: 1000, faster: 1e-5 },
  'n2-eth0.pcap': { ahead: -3000, faster: -1e-4 },
  'n2-veth1.pcap': { ahead: 77.7, faster: 3e-5 },
  'p2-eth0.pcap': { ahead: 3599, faster: 2e-4 },
  'n2.log': { ahead: -12, faster: 0 },
};

/** Which captures are also kept as text, and tcpdump's flags for it. */
export const TEXT_FLAGS: Readonly<Record<string, readonly string[]>> = {
  'n1-vx0.pcap': ['-n', '-tt', '-v', '-S'],
  'n2-veth1.pcap': ['-n', '-tt'],
  'p2-eth0.pcap': ['-nn', '-tttt', '-e', '-vv'],
};

const TEXTS = Object.keys(TEXT_FLAGS);

export const PLAIN: Presentation = { clocks: {}, placed: true, asText: [], fullLog: {} };

export const HOUR_APART: Presentation = {
  clocks: WRONG_CLOCKS,
  placed: true,
  asText: [],
  fullLog: { n2: false },
};

/** Ways to hand over one recording. */
export const WAYS: readonly (readonly [what: string, how: Presentation])[] = [
  ['captures and logs of nodes that agree', PLAIN],
  ['clocks an hour apart that drift, one log without sequence numbers', HOUR_APART],
  [
    'three of the captures as text of tcpdump',
    { clocks: WRONG_CLOCKS, placed: true, asText: TEXTS, fullLog: { n2: false } },
  ],
  [
    'text and logs that show the least',
    { clocks: WRONG_CLOCKS, placed: true, asText: TEXTS, fullLog: { n1: false, n2: false } },
  ],
  [
    'files that do not say where they were made, each with a clock of its own',
    {
      clocks: EACH_ITS_OWN,
      placed: false,
      asText: ['n2-veth1.pcap'],
      fullLog: { n1: false, n2: false },
    },
  ],
];
