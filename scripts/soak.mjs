// npm run soak [-- DAYS]: passes of the loop for so many days (90) of a clock in memory, with trouble, in a minute.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const days = process.argv[2] ?? '90';
const vitest = resolve(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
const args = [vitest, 'run', '--project', 'unit', 'test/loop/soak.test.ts'];
const env = { ...process.env, MCPFORM_SOAK_DAYS: days };
process.exitCode = spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1;
