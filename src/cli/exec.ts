import { join } from 'node:path';
import { childEnvironment } from '../launch/child-environment.ts';
import { type Found, type FoundImage, type FoundWithSecrets, findLaunch, lineOf } from '../launch/exec.ts';
import { expandArgs, expandSecrets, type LaunchSecrets } from '../launch/expand-args.ts';
import { type CommandLaunchFile, isCommandFile } from '../launch/launch-file.ts';
import { type Start, wayTo, wayToProgram } from '../launch/start.ts';
import { storeFailure } from '../launch/store-failure.ts';
import { type AnyLaunchRecord, isHeadersLaunch } from '../model/launch.ts';
import type { Resolved } from './exec-secrets.ts';

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
  if ('withSecrets' in found || recordOf(found).secrets !== undefined) {
    startWithSecrets(found, env).catch(failAndEnd);
  } else if ('record' in found) {
    require('./exec-image.ts').execImage(found, { env, secrets: NONE.secrets, fail }).catch(fail);
  } else if (found.look === 'good') become(found, env);
  // In a turn of its own: what the server throws is then nobody's rejected promise.
  else settle(found).then(() => setImmediate(become, found, env), fail);
}

function recordOf(found: Found | FoundImage | FoundWithSecrets): AnyLaunchRecord {
  if ('record' in found) return found.record;
  return 'withSecrets' in found ? found.withSecrets.record : found.file.record;
}

async function startWithSecrets(
  found: Found | FoundImage | FoundWithSecrets,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { printHeaders, resolveSecrets, takeEnvironment } = await import('./exec-secrets.ts');
  const { id } = found;
  const record = recordOf(found);
  if (isHeadersLaunch(record)) return await printHeaders({ id, record }, env);
  if ('look' in found && found.look !== 'good') await settle(found);
  const resolved = await resolveSecrets({ id, record }, env);
  const approved = { ...resolved.env };
  takeEnvironment(approved);
  if ('record' in found) {
    const { secrets } = resolved;
    const failed = (error: unknown): Promise<void> => fail(error, secrets);
    await require('./exec-image.ts').execImage(found, { env: approved, secrets, fail: failed }).catch(failed);
  } else if ('look' in found) setImmediate(become, found, approved, resolved);
  else if (isCommandFile(found.withSecrets))
    setImmediate(becomeCommand, found.withSecrets, approved, resolved);
}

const NONE: Omit<Resolved, 'env'> = { secrets: new Map(), hasReadInput: false };

function become(found: Found, env: NodeJS.ProcessEnv, { secrets, hasReadInput } = NONE): void {
  const { record } = found.file;
  const start = orFail((): Start => {
    const line = lineOf(found, env);
    const added = { ...line.env, ...expandSecrets(record.env ?? {}, env, secrets) };
    return wayTo(
      { ...line, env: added },
      {
        record,
        env,
        isPristine: found.look !== 'gone',
        tree: found.store.tree,
        guard: join(__dirname, 'exec-guard.cjs'),
        hasReadInput,
      },
    );
  }, secrets);
  // Not inside a `try`: the server's own errors are its own.
  if (start !== null) start()?.catch((error) => fail(error, secrets));
}

function becomeCommand(
  { record, file }: CommandLaunchFile,
  env: NodeJS.ProcessEnv,
  { secrets, hasReadInput }: Omit<Resolved, 'env'>,
): void {
  const start = orFail((): Start => {
    const added = expandSecrets(record.env, env, secrets);
    const becoming = {
      file,
      args: expandArgs(record.args, env),
      env: childEnvironment(env, record.loaderVariables, added),
    };
    return wayToProgram(becoming, { hasReadInput });
  }, secrets);
  if (start !== null) start()?.catch((error) => fail(error, secrets));
}

async function settle(found: Found): Promise<void> {
  const { settleStore } = await import('./exec-rest.ts');
  await settleStore(found);
}

function orFail<T>(run: () => T, secrets?: LaunchSecrets): T | null {
  try {
    return run();
  } catch (error) {
    void fail(storeFailure('start the server', error), secrets);
    return null;
  }
}

/** A client reads the protocol from stdout, and shows people what comes from stderr. */
async function fail(error: unknown, secrets: LaunchSecrets = NONE.secrets): Promise<void> {
  const { describe } = await import('./exec-rest.ts');
  const values = [...secrets.values()].map((value) => value.reveal());
  process.stderr.write(describe(error, values));
  process.exitCode = 1;
}

/** What a backend has left behind, a connection or a program that does not end, shall not keep us. */
async function failAndEnd(error: unknown): Promise<void> {
  await fail(error);
  process.stderr.write('', () => process.exit(1));
}
