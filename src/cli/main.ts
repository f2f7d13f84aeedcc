#!/usr/bin/env node
import { keepCompiledCode } from '../system/compile-cache.ts';

/** The launcher, built into a file beside this one. */
declare const require: (file: './exec.ts') => typeof import('./exec.ts');

/** Set by the build, here too: an import would be a second file to load for the shortest answer there is. */
declare const MCPFORM_VERSION: string;

const args = process.argv.slice(2);
const [command, id = '-'] = args;

if (command === 'exec' && args.length === 2 && !id.startsWith('-')) {
  // Becomes a server, in this process perhaps: so it gets no cache that is ours.
  require('./exec.ts').exec(id);
} else if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${MCPFORM_VERSION}\n`);
} else {
  void start();
}

/** Built as CommonJS, which Node starts sooner, so there is no await at the top. */
async function start(): Promise<void> {
  keepCompiledCode(process.env);
  const { run } = await import('./run.ts');
  process.exitCode = await run(args);
}
