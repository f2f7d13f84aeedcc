#!/usr/bin/env node
import module from 'node:module';

/** Set by the build, here too: an import would be a second file to load for the shortest answer there is. */
declare const MCPFORM_VERSION: string;

// Node 22 and newer keep compiled code between runs; Node 20 has no such call.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${MCPFORM_VERSION}\n`);
} else {
  void start();
}

/** Built as CommonJS, which Node starts sooner, so there is no await at the top. */
async function start(): Promise<void> {
  const { run } = await import('./run.ts');
  process.exitCode = await run(args);
}
