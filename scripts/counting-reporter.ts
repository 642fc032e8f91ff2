import { readFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** A skip that is expected somewhere; `names` is the start of a test's full name. */
interface AllowedSkip {
  readonly names: string;
  readonly reason: string;
}

/**
 * Ends a test run with one plain line, `N passed, N failed, N skipped`, which continuous
 * integration reads. A file that fails to load counts as one failure. With HOOKLINE_STRICT_SKIPS
 * set, a skipped test that `test/allowed-skips.json` does not list counts as failed.
 */
export default class CountingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    const skipped: string[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped.push(`${module.relativeModuleId} > ${test.fullName}`);
      }
    }
    if (process.env.HOOKLINE_STRICT_SKIPS) {
      const unexpected = unexpectedSkips(skipped);
      for (const name of unexpected) process.stdout.write(`unexpected skip: ${name}\n`);
      if (unexpected.length > 0) process.exitCode = 1;
      failed += unexpected.length;
    }
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
  }
}

function unexpectedSkips(skipped: readonly string[]): string[] {
  const allowed = JSON.parse(
    readFileSync(new URL('../test/allowed-skips.json', import.meta.url), 'utf8'),
  ) as readonly AllowedSkip[];
  return skipped.filter((name) => !allowed.some((skip) => name.startsWith(skip.names)));
}
