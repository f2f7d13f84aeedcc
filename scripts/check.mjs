// node scripts/check.mjs: everything that is checked without running the program; all of it, also when one fails.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const checks = {
  'generated files are as their sources say': ['node', 'scripts/generate.mjs', '--check'],
  types: ['tsc'],
  'format and lint': ['biome', 'ci', '--error-on-warnings', '.'],
  'unused files, exports and dependencies': ['knip'],
  'the packed tarball': ['publint', '--strict'],
};

const root = resolve(import.meta.dirname, '..');
const failed = Object.entries(checks).filter(([, [command, ...args]]) => {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status !== 0;
});
for (const [name] of failed) console.error(`failed: ${name}`);
process.exitCode = failed.length > 0 ? 1 : 0;
