import { type Credentials, findCredentials } from '../../../credentials/credentials.ts';
import type { Context } from '../../../model/context.ts';
import { parseImageReference } from '../../../model/image-reference.ts';
import { DOCKER_HUB } from '../../../model/registry-host.ts';
import type { PullOptions } from '../engine.ts';
import { type Call, type Caller, open, within } from './call.ts';
import { EngineFailure, engineFailure } from './engine-failure.ts';
import { quoted } from './names.ts';
import { trackPull } from './pull-progress.ts';
import { readJsonLines } from './read-answer.ts';

/** Without any sign of life. A layer of gigabytes may be unpacked for minutes without one. */
const SILENCE_MS = 10 * 60_000;
const TRIES = 3;
const FIRST_PAUSE_MS = 1_000;

export interface Pull extends PullOptions {
  readonly reference: string;
}

/** See `Engine.pullImage`. */
export async function pullImage(caller: Caller, pull: Pull, ctx: Context): Promise<void> {
  const request = await requestFor(pull, ctx);
  for (let tries = 1; ; tries += 1) {
    try {
      return await pullOnce(caller, request, pull);
    } catch (error) {
      if (tries === TRIES || !mayPass(error)) throw error;
      // Full jitter: those who were refused together do not come back together.
      await caller.clock.sleep(Math.random() * FIRST_PAUSE_MS * 4 ** tries, ctx.signal);
    }
  }
}

async function requestFor({ reference, platform, signal }: Pull, ctx: Context): Promise<Call> {
  const { registry, repository, name } = parseImageReference(reference);
  const credentials = await findCredentials(registry, ctx);
  return {
    operation: 'pull',
    doing: `pull image ${quoted(reference)}`,
    method: 'POST',
    path: '/images/create',
    query: { fromImage: withoutTag(reference), ...(platform !== null && { platform }) },
    ...(credentials !== null && { headers: { 'X-Registry-Auth': authHeader(credentials, registry) } }),
    timeoutMs: SILENCE_MS,
    isPatient: true,
    isLong: true,
    names: [name, repository],
    signals: [signal, ctx.signal],
  };
}

/** The digest says it all, and Podman takes no name that has both. */
function withoutTag(reference: string): string {
  return reference.replace(/:[^:/@]+(?=@)/, '');
}

/** https://docs.docker.com/reference/api/engine/#authentication */
function authHeader(credentials: Credentials, registry: string): string {
  const auth =
    credentials.kind === 'identity-token'
      ? { identitytoken: credentials.token }
      : { username: credentials.username, password: credentials.password };
  // With containerd's store, an engine uses them for the host that they name, and knows Docker Hub by this one alone.
  const serveraddress = registry === DOCKER_HUB ? 'https://index.docker.io/v1/' : registry;
  const text = Buffer.from(JSON.stringify({ ...auth, serveraddress })).toString('base64');
  // Base64 for URLs, with the padding: without it, engines pull as nobody, and say nothing.
  return text.replaceAll('+', '-').replaceAll('/', '_');
}

async function pullOnce(caller: Caller, request: Call, { onProgress }: Pull): Promise<void> {
  const track = trackPull();
  await within(caller, request, async (deadline) => {
    const answer = await open(caller, request, deadline);
    for await (const event of readJsonLines(answer)) {
      deadline.extend();
      const { progress, error } = track(event);
      if (progress !== null) onProgress?.(progress);
      // By then the status has long been 200.
      if (error !== null) {
        throw engineFailure({ ...request, engine: caller.name, status: 500, said: error });
      }
    }
  });
}

/** A registry or a way to it that is down for a moment, or one that wants a pause. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof EngineFailure)) return false;
  if (error.code === 'ENGINE_PULL_LIMITED') return true;
  return error.code === 'ENGINE_PULL_FAILED' && PASSES.test(error.words);
}

const PASSES =
  /\b5\d\d (?:internal|bad gateway|service|gateway)|status(?: code)?:? 5\d\d|connection (?:refused|reset)|broken pipe|\bEOF\b|timeout|deadline exceeded|temporary failure|try again/i;
