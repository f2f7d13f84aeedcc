#!/usr/bin/env node
import module from 'node:module';
import { version } from '../engine/version.ts';

// Node 22 and newer keep compiled code between runs; Node 20 has no such call.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version}\n`);
} else {
  const { run } = await import('./run.ts');
  process.exitCode = await run(args);
}
