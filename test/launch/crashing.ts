import type { LaunchRecord } from '../../src/model/launch.ts';

/** What `install-program.ts` installs, over and over. */
export const CRASHING: LaunchRecord = {
  formatVersion: 1,
  server: 'crashing',
  pin: { package: 'npm:crashing@1.0.0', integrity: 'sha512-AAAA' },
  bin: null,
  args: [],
  loaderVariables: [],
};
