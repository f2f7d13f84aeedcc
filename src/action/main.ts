import { realSystem } from '../system/real.ts';
import { commandLineBeside, runAction } from './run-action.ts';

/** Set by the build. */
declare const MCPFORM_VERSION: string | undefined;
declare const __filename: string;

const stopped = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => stopped.abort(new Error(`stopped by ${name}`)));
}

/** Built as CommonJS into one file beside the command line. */
void runAction({
  system: realSystem(),
  env: process.env,
  signal: stopped.signal,
  out: (text) => void process.stdout.write(text),
  mcpform: commandLineBeside(__filename),
  version: typeof MCPFORM_VERSION === 'string' ? MCPFORM_VERSION : '0.0.0-source',
}).then((exitCode) => {
  process.exitCode = exitCode;
  // What still waits to ask GitHub again would keep us.
  if (stopped.signal.aborted) process.exit();
});
