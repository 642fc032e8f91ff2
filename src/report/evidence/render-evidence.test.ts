import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../evidence/build-evidence.ts';
import { readEvidenceText } from '../../evidence/text/read-text.ts';
import { PLAIN_CANVAS } from '../text/style.ts';
import { evidenceJson } from './evidence-json.ts';
import { renderEvidence } from './render-evidence.ts';

const LOG = ['raw out', 'filter out', 'nat post']
  .map((prefix, index) => {
    const dst = index === 0 ? 'DST=10.96.0.10' : 'DST=10.244.2.4';
    const dpt = index === 0 ? 'DPT=80' : 'DPT=8080';
    return `Mar 31 16:57:22 n1 kernel: ${prefix}: IN= OUT=eth0 SRC=10.0.0.1 ${dst} LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=23666 DF PROTO=TCP SPT=40000 ${dpt} WINDOW=28640 RES=0x00 SYN URGP=0`;
  })
  .join('\n');

const evidence = buildEvidence([readEvidenceText(`${LOG}\n`, 'n1.log')]);

describe('rendered evidence', () => {
  it('says first what the packets say, then what was read and recognised', () => {
    const [answer, totals] = renderEvidence(evidence, 'summary', PLAIN_CANVAS).split('\n');
    expect(answer).toBe('No conversation of 1 is seen to fail; of 1 too little was seen to tell.');
    expect(totals).toBe(
      '1 file, 3 lines read: 3 recognised, 0 not placed; 3 observations; 1 packet; 1 conversation',
    );
  });

  it('is one line per conversation in the minimal form', () => {
    expect(renderEvidence(evidence, 'minimal', PLAIN_CANVAS).trim().split('\n')).toEqual([
      '1 file, 3 lines read: 3 recognised, 0 not placed; 3 observations; 1 packet; 1 conversation',
      '10.0.0.1:40000 -> 10.96.0.10:80 (10.244.2.4:8080) tcp: unknown',
    ]);
  });

  it('marks the sighting at which headers were rewritten, with its line in the detailed form', () => {
    const lines = renderEvidence(evidence, 'detailed', PLAIN_CANVAS).split('\n');
    const marked = lines.filter((line) => line.includes('<- rewritten'));
    expect(marked).toHaveLength(1);
    expect(marked[0]).toMatch(/10\.0\.0\.1:40000 > 10\.244\.2\.4:8080 .*n1\.log:2$/);
  });

  it('names packets by their ids in JSON', () => {
    const json = evidenceJson(evidence);
    expect(json.journeys.map(({ sightings }) => sightings)).toEqual([[0, 1, 2]]);
    expect(json.observations[0]?.packet.source).toBe('10.0.0.1');
  });
});
