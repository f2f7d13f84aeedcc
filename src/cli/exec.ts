import { join } from 'node:path';
import { type Found, findLaunch, lineOf } from '../launch/exec.ts';
import { type Start, wayTo } from '../launch/start.ts';
import { storeFailure } from '../launch/store-failure.ts';

/** Of the built file: it and the guard lie side by side, and what starts images. */
declare const __dirname: string;
declare const require: (file: './exec-image.ts') => typeof import('./exec-image.ts');

/**
 * `mcpform exec ID`: becomes the server, or says on stderr why not and ends with 1. Built into a file of its own, and
 * without a single `await` on the way to a server whose store is as it was: a client waits for every millisecond.
 */
export function exec(id: string): void {
  // Read once: each look at `process.env` asks the system.
  const env = { ...process.env };
  const found = orFail(() => findLaunch(id, env));
  if (found === null) return;
  if ('record' in found) require('./exec-image.ts').execImage(found, { env, fail }).catch(fail);
  else if (found.look === 'good') become(found, env);
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
    void fail(storeFailure('start the server', error));
    return null;
  }
}

/** A client reads the protocol from stdout, and shows people what comes from stderr. */
async function fail(error: unknown): Promise<void> {
  const { describe } = await import('./exec-rest.ts');
  process.stderr.write(describe(error));
  process.exitCode = 1;
}
