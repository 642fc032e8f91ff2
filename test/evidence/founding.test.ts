import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import { compareFlowClasses } from '../../src/evidence/compare/compare-flows.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';
import { readEvidenceFile } from '../../src/evidence/read-evidence-file.ts';
import { formatAddress } from '../../src/packet/address.ts';
import { formatSource } from '../../src/packet/source-ref.ts';
import { renderEvidence } from '../../src/report/evidence/render-evidence.ts';
import { statementLines } from '../../src/report/evidence/statement-lines.ts';
import { PLAIN_CANVAS } from '../../src/report/text/style.ts';

const FOLDER = 'incidents/founding/evidence';

function founding(files: readonly string[]): Evidence {
  return buildEvidence(
    files.map((name) => readEvidenceFile(readFileSync(`${FOLDER}/${name}`), name)),
  );
}

const files = readdirSync(FOLDER).sort();
const evidence = founding(files);

const MINIMAL = `
8 files, 71 lines read: 69 recognised, 0 not placed; 38 observations; 15 packets; 4 conversations
10.39.0.17:55735 -> 192.168.67.4:8082 tcp: unanswered
192.168.82.0:58156 -> 10.254.51.153:80 (192.168.67.4:8082) tcp: unknown
10.39.0.17:34397 -> 10.254.51.153:80 (192.168.67.4:8082) tcp: unknown
192.168.82.0:37025 -> 192.168.67.4:8082 tcp: established
`;

/** The failing request, logged; then captured. */
const FAILING = `
#2 10.39.0.17:34397 -> 10.254.51.153:80 (192.168.67.4:8082) tcp
   too little was seen to tell
   - no answer to the SYN was seen
   packet 4: SYN
     slave1 output raw          out eth0       10.39.0.17:34397 > 10.254.51.153:80
     slave1 output mangle       out eth0       10.39.0.17:34397 > 10.254.51.153:80
     slave1 output nat          out eth0       10.39.0.17:34397 > 10.254.51.153:80
     slave1 output filter       out eth0       10.39.0.17:34397 > 192.168.67.4:8082  <- rewritten
     slave1 postrouting mangle  out flannel0   10.39.0.17:34397 > 192.168.67.4:8082  <- rerouted
     slave1 postrouting nat     out flannel0   10.39.0.17:34397 > 192.168.67.4:8082
`;
const UNANSWERED = `
#0 10.39.0.17:55735 -> 192.168.67.4:8082 tcp
   unanswered: only the client's packets were seen
   - no answer to the SYN was seen
   - the client sent again 2 times, over 3.0 s (packets 1, 2)
   packet 0: SYN
     slave1 flannel0                 10.39.0.17:55735 > 192.168.67.4:8082
     flannel0                        10.39.0.17:55735 > 192.168.67.4:8082
   packet 1: SYN, sent again (first as 0)
     slave1 flannel0                 10.39.0.17:55735 > 192.168.67.4:8082
     flannel0                        10.39.0.17:55735 > 192.168.67.4:8082
   packet 2: SYN, sent again (first as 0)
     slave1 flannel0                 10.39.0.17:55735 > 192.168.67.4:8082
     flannel0                        10.39.0.17:55735 > 192.168.67.4:8082
`;

const SEEN = `
Seen at
  capture: on slave1, at flannel0, client side (failing-client.txt)
  capture: at flannel0, server side (failing-endpoint.txt)
  log: on slave1, client side (kernel.log)
  capture: on slave1, client side (working-client.txt)
  capture: server side (working-endpoint.txt)

Clocks
  the clock of 'failing-endpoint.txt' is behind that of slave1 by at least 47.7 ms (±0.1 ms, 3 packets)
  the clock of 'working-endpoint.txt' is behind that of slave1 by 48.9 ms (±0.2 ms, 10 packets)
`;

const summary = renderEvidence(evidence, 'summary', PLAIN_CANVAS);

describe('the evidence of the founding incident', () => {
  it('says first which conversation failed and where it was last seen', () => {
    expect(summary.split('\n')[0]).toBe(
      '1 of 4 conversations failed: #0 10.39.0.17:55735 -> 192.168.67.4:8082 tcp is unanswered, last seen at flannel0, server side.',
    );
  });

  it('in short', () => {
    expect(renderEvidence(evidence, 'minimal', PLAIN_CANVAS)).toBe(MINIMAL.trimStart());
  });

  it.each([
    ['places each log and capture and compares their clocks', SEEN],
    ['follows the logged packet through the hooks, its translation and its new route', FAILING],
    ['finds each attempt to send it at both nodes', UNANSWERED],
  ])('%s', (_what, part) => {
    expect(summary).toContain(part);
  });

  it('loses no line: each is a packet, a statement, or said by tcpdump and curl around them', () => {
    const used = new Set([
      ...evidence.observations.map(({ source }) => formatSource(source)),
      ...evidence.statements.map(({ source }) => formatSource(source)),
    ]);
    const rest = files.flatMap((file) =>
      readFileSync(`${FOLDER}/${file}`, 'utf8')
        .trimEnd()
        .split('\n')
        .filter((_text, index) => !used.has(`${file}:${index + 1}`)),
    );
    expect(rest).toEqual([
      '{',
      '^C',
      ...['client', 'endpoint'].flatMap(() => [
        '$tcpdump -i flannel0',
        'tcpdump: verbose output suppressed, use -v or -vv for full protocol decode',
      ]),
    ]);
  });

  it('knows what was typed, and that two rules alike logged one line', () => {
    const said = statementLines(evidence).map((line) =>
      line.replace(/http:\S+(?=:)/, 'URL').replace(/ \([^()]*:\d+\)$/, ''),
    );
    expect(said).toEqual([
      'service 10.254.51.153, and packets show the same',
      'endpoint 192.168.67.4:8082, and packets show the same',
      'eth0 10.39.0.17/24, and packets show the same',
      'flannel0 192.168.82.0/24, and packets show the same',
      'curl --interface flannel0 URL: answered',
      'curl URL: interrupted by hand',
      'kube-proxy was restarted',
      'flushed by hand: raw, mangle, filter, nat',
      '14 LOG rules listed',
      "2 LOG rules alike in nat POSTROUTING with the prefix 'nat post: ', 1 logged a packet",
    ]);
  });

  it('takes the port that tcpdump names us-cli for 8082', () => {
    const named = evidence.observations.filter(
      ({ packet }) => packet.sportName ?? packet.dportName,
    );
    expect(named).toEqual([]);
  });

  it('is the same whatever order the files are read in', () => {
    const shown = (other: Evidence): string[] =>
      other.conversations
        .map((c) =>
          [
            formatAddress(c.client.address),
            c.client.port,
            c.outcome,
            ...c.journeys.flatMap(({ sightings }) => sightings.map((s) => formatSource(s.source))),
          ].join(' '),
        )
        .sort();
    expect(shown(founding(files.toReversed()))).toEqual(shown(evidence));
  });

  it('compares the two kinds of flow: another source, another MSS, no answer where one was', () => {
    const [failing, working] = [0, 1].map((id) => evidence.flowClasses[id]);
    expect(failing && formatAddress(failing.client)).toBe('10.39.0.17');
    expect(working && formatAddress(working.client)).toBe('192.168.82.0');
    const { request, reply } = compareFlowClasses(0, 1, evidence);
    const shown = request.steps.map(({ place, differences }) => {
      const at = place.hook ?? place.side;
      return `${at} ${place.table ?? ''}: ${differences.map(({ field, a, b }) => `${field} ${a}|${b}`).join(' ')}`;
    });
    const source = 'saddr 10.39.0.17|192.168.82.0';
    const rest = 'window 29200|28640';
    expect(shown).toEqual([
      `output raw: ${source} oif eth0|flannel0 ${rest}`,
      `output mangle: ${source} oif eth0|flannel0 ${rest}`,
      `output nat: ${source} oif eth0|flannel0 ${rest}`,
      `output filter: ${source} oif eth0|flannel0 ${rest}`,
      `postrouting mangle: ${source} ${rest}`,
      `postrouting nat: ${source} ${rest}`,
      `client : ${source} ${rest} mss 1460|1432`,
      `server : ${source} ${rest} mss 1460|1432`,
    ]);
    expect(reply.steps.map(({ absent }) => absent)).toEqual([
      { flow: 'a', watched: true },
      { flow: 'a', watched: true },
    ]);
  });
});
