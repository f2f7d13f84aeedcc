// node scripts/check.mjs: everything that is checked without running the program; all of it, also when one fails.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** Scripts of package.json: generated files as their sources say; types; format; what nobody uses; the tarball. */
const checks = [['generate', '--', '--check'], ['typecheck'], ['lint'], ['knip'], ['build'], ['publint']];

const root = resolve(import.meta.dirname, '..');
const failed = checks.filter((check) => {
  const { status } = spawnSync('npm', ['run', '--silent', ...check], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status !== 0;
});
for (const [name] of failed) console.error(`failed: npm run ${name}`);
process.exitCode = failed.length > 0 ? 1 : 0;
