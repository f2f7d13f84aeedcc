import { defineConfig } from 'vitest/config';

/** Suites that run real programs: one file at a time, after the others, with time to do it. */
const real = ['clients', 'kill', 'package', 'registries'].map((folder) => `test/${folder}/**/*.test.ts`);

/** Suites that start real container engines, which are loud neighbours: after all others. `scripts/engine-lanes.mjs` runs several side by side. */
const engines = ['test/engines/**/*.test.ts'];

export default defineConfig({
  test: {
    restoreMocks: true,
    // People are shown times by the clock of their machine.
    env: { TZ: 'UTC' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...real, ...engines],
          globalSetup: 'test/support/guard-real-home.ts',
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'clients',
          include: real,
          globalSetup: 'test/support/guard-real-home.ts',
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'engines',
          include: engines,
          globalSetup: ['test/support/guard-real-home.ts', 'test/support/engine-guard.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
