import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { placesOf } from '../../src/agreement/places.ts';
import { compareWithModel } from '../../src/cli/lab/judge.ts';
import { type Regression, readRegression } from '../../src/cli/lab/regression.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';

const FOLDER = 'test/lab/regressions';
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

function read(file: string): Regression {
  return readRegression(readFileSync(`${FOLDER}/${file}`, 'utf8'));
}

function compare({ topology, flow, recorded }: Regression) {
  const snapshot = assembleSnapshot(new Map(Object.entries(recorded.files))).value;
  return compareWithModel(snapshot, flow, recorded.report, placesOf(topology)).agreement;
}

describe('what a kernel did, as it was recorded', () => {
  it.each(FILES)('the model says the same: %s', (file) => {
    expect(compare(read(file))).toMatchObject({ kind: 'agree', unseen: [] });
  });

  it('is a difference when anything of it had been otherwise', () => {
    const [file = ''] = FILES;
    const regression = read(file);
    const { report } = regression.recorded;
    const [first] = report.visits;
    if (!first) throw new Error('no visits');
    const changed = [{ ...first, mark: first.mark + 1 }, ...report.visits.slice(1)];
    const other = { ...report, visits: changed };
    const result = compare({ ...regression, recorded: { ...regression.recorded, report: other } });
    expect(result).toMatchObject({
      kind: 'disagree',
      differences: [{ kind: 'field', field: 'mark' }],
    });
  });
});
