import { join } from 'node:path';
import { type Found, findLaunch, lineOf } from '../launch/exec.ts';
import { type Start, wayTo } from '../launch/start.ts';
import { storeFailure } from '../launch/store-failure.ts';

/** Of the built file: it and the guard lie side by side. */
declare const __dirname: string;

/**
 * `mcpform exec ID`: becomes the server, or says on stderr why not and ends with 1. Built into a file of its own, and
 * without a single `await` on the way to a server whose store is as it was: a client waits for every millisecond.
 */
export function exec(id: string): void {
  // Read once: each look at `process.env` asks the system.
  const env = { ...process.env };
  const found = orFail(() => findLaunch(id, env));
  if (found === null) return;
  if (found.look === 'good') become(found, env);
  // In a turn of its own: what the server throws is then nobody's rejected promise.
  else settle(found).then(() => setImmediate(become, found, env), fail);
}

function become(found: Found, env: NodeJS.ProcessEnv): void {
  const start = orFail((): Start => {
    return wayTo(lineOf(found, env), {
      record: found.file.record,
      env,
      isPristine: found.look !== 'gone',
      tree: found.store.tree,
      guard: join(__dirname, 'exec-guard.cjs'),
    });
  });
  // Not inside a `try`: the server's own errors are its own.
  if (start !== null) start()?.catch(fail);
}

async function settle(found: Found): Promise<void> {
  const { settleStore } = await import('./exec-rest.ts');
  await settleStore(found);
}

function orFail<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    fail(storeFailure('start the server', error));
    return null;
  }
}

/** A client reads the protocol from stdout, and shows people what comes from stderr. */
function fail(error: unknown): void {
  void import('./exec-rest.ts').then(({ describe }) => {
    process.stderr.write(describe(error));
    process.exitCode = 1;
  });
}
