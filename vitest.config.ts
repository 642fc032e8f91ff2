import { defineConfig } from 'vitest/config';

/** Tests that start namespaces, the built program or the README's blocks, not only our functions. */
const LAB = [
  'src/lab/**/*.test.ts',
  'src/probe/**/*.test.ts',
  'test/lab/**/*.test.ts',
  'test/differential/**/*.test.ts',
];
const PROGRAM = ['test/cli/**/*.test.ts', 'test/docs/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './scripts/counting-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...LAB, ...PROGRAM],
        },
      },
      {
        extends: true,
        test: { name: 'program', include: PROGRAM, globalSetup: './test/support/build.ts' },
      },
      { extends: true, test: { name: 'lab', include: LAB, fileParallelism: false } },
    ],
  },
});
