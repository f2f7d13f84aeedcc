import { dataFolder } from '../launch/exec.ts';
import { headersFor } from '../launch/secrets/headers.ts';
import { type ResolvedLaunch, resolveLaunchSecrets } from '../launch/secrets/resolve.ts';
import { McpformError } from '../model/error.ts';
import { type AnyLaunchRecord, type HeadersLaunchRecord, isHeadersLaunch } from '../model/launch.ts';
import type { SecretContext } from '../model/secret.ts';
import { endAs } from '../system/launch/run-child.ts';
import { type ClientWatch, watchClient } from '../system/launch/watch-client.ts';
import { realSystem } from '../system/real.ts';

// What `mcpform exec` needs for a launch with secrets, and no server without them waits for.

export interface Launch {
  readonly id: string;
  readonly record: AnyLaunchRecord;
}

export interface Resolved extends ResolvedLaunch {
  /** Some of our input was read already: whoever goes on hands it on. */
  readonly hasReadInput: boolean;
}

type Environment = SecretContext['env'];

/** Most backends answer sooner; then nothing of ours stays between the client and its server. */
const READ_INPUT_AFTER_MS = 1500;

/** What is still to be ended when nobody waits any more. */
const LAST_MS = 1000;

/**
 * Asks for the secrets of a launch. When whoever started us is not there any more, everything that was asked is ended,
 * and so are we. Throws SECRET_* and LAUNCH_REFUSED.
 */
export async function resolveSecrets({ id, record }: Launch, env: Environment): Promise<Resolved> {
  // A header helper has no input that means anything.
  const watch = watchClient({ readInputAfterMs: isHeadersLaunch(record) ? null : READ_INPUT_AFTER_MS });
  const { platform } = process;
  const data = dataFolder(env);
  const resolving = resolveLaunchSecrets(record, {
    id,
    env,
    data,
    platform,
    signal: watch.signal,
    systemWith: realSystem,
  });
  const ending = givenUp(watch, resolving);
  try {
    const resolved = await Promise.race([resolving, ending]);
    return { ...resolved, ...watch.stop() };
  } catch (error) {
    // What was asked fails because it was ended; that is no news.
    if (watch.signal.aborted) return await ending;
    throw error;
  } finally {
    watch.stop();
  }
}

async function givenUp(watch: ClientWatch, resolving: Promise<unknown>): Promise<never> {
  await new Promise((done) => watch.signal.addEventListener('abort', done, { once: true }));
  const late = new Promise((done) => setTimeout(done, LAST_MS));
  await Promise.race([resolving.catch(() => {}), late]);
  const asked = watch.asked();
  watch.stop();
  if (asked === null) {
    throw new McpformError('SECRET_TIMEOUT', 'the client closed the input of its server, or is gone', {
      hint: 'what keeps its secrets had not answered yet: see `mcpform secrets check`',
    });
  }
  // Whatever still runs of what was asked is killed when we end by ourselves.
  process.once('exit', () => endAs(null, asked));
  process.exit(1);
}

/** Makes our own environment the one that a launch goes on with: a server may run in this very process. */
export function takeEnvironment(env: Environment): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && process.env[name] !== value) process.env[name] = value;
  }
}

/** `mcpform exec ID` of headers: prints them for the client whose helper it is. */
export async function printHeaders(
  { id, record }: { readonly id: string; readonly record: HeadersLaunchRecord },
  env: Environment,
): Promise<void> {
  if (process.stdout.isTTY) {
    throw new McpformError(
      'SECRET_EXPOSED',
      `the headers of "${record.server}" are secret, and this is a terminal`,
      {
        hint: 'a client starts this as the header helper of the entry that apply wrote',
      },
    );
  }
  const headers = await headersFor(
    record,
    env,
    async () => (await resolveSecrets({ id, record }, env)).secrets,
  );
  process.stdout.write(`${JSON.stringify(headers)}\n`);
}
