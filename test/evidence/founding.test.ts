import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import { compareFlowClasses } from '../../src/evidence/compare/compare-flows.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';
import { readEvidenceFile } from '../../src/evidence/read-evidence-file.ts';
import { rulesByPrefix } from '../../src/evidence/join/log-places.ts';
import { renderEvidence } from '../../src/report/evidence/render-evidence.ts';
import { PLAIN_CANVAS } from '../../src/report/text/style.ts';

const FOLDER = 'incidents/founding/evidence';

function founding(order: (files: string[]) => string[] = (files) => files.sort()): Evidence {
  const names = order(readdirSync(FOLDER));
  const parts = names.map((name) =>
    readEvidenceFile(readFileSync(`${FOLDER}/${name}`), `${FOLDER}/${name}`),
  );
  return buildEvidence(parts);
}

const evidence = founding();

const MINIMAL = `8 files, 71 lines read: 69 recognised, 0 not placed; 38 observations; 15 packets; 4 conversations
10.39.0.17:55735 -> 192.168.67.4:8082 tcp: unanswered
192.168.82.0:58156 -> 10.254.51.153:80 (192.168.67.4:8082) tcp: unknown
10.39.0.17:34397 -> 10.254.51.153:80 (192.168.67.4:8082) tcp: unknown
192.168.82.0:37025 -> 192.168.67.4:8082 tcp: established
`;

describe('the evidence of the founding incident', () => {
  it('in short', () => {
    expect(renderEvidence(evidence, 'minimal', PLAIN_CANVAS)).toBe(MINIMAL);
  });

  it('is of two kinds of flow, logged once and captured once each', () => {
    const kinds = evidence.flowClasses.map(({ conversations }) => conversations.length);
    expect(kinds).toEqual([2, 2]);
  });
});
