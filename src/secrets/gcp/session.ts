import { McpformError } from '../../model/error.ts';
import type { SecretContext } from '../../model/secret.ts';
import { askServer, requireSafe, type ServerAnswer } from '../ask-server.ts';
import { textAt } from '../parse-answer.ts';
import { withinTime } from '../within-time.ts';
import type { GoogleIdentity } from './client.ts';
import { type CredentialsFile, readCredentialsFile } from './credentials-file.ts';
import { identityFailure } from './failure.ts';
import { BACKEND, fetchThrough } from './fetch-through.ts';
import { type GcpLocator, requireName } from './locator.ts';

/** A call below `secrets/NAME`: any status is an answer. */
export type AskGoogle = (call: {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}) => Promise<ServerAnswer>;

/** Runs `use` as somebody, 30 s at most. Throws SECRET_*. */
export async function withGoogle<T>(
  locator: GcpLocator,
  use: (ask: AskGoogle) => Promise<T>,
  ctx: SecretContext,
): Promise<T> {
  const { what } = locator;
  const file = await readCredentialsFile(what, ctx);
  const run = async (signal: AbortSignal): Promise<T> => {
    const { headers, universe, project } = await identify({ locator, file, signal }, ctx);
    const base = endpoint(universe, what, ctx);
    return await use(({ method, path, body }) =>
      askServer(
        {
          backend: BACKEND,
          what,
          signal,
          method,
          url: `${base}v1/projects/${encodeURIComponent(project)}/secrets/${locator.secret}${path}`,
          headers: {
            ...headers,
            accept: 'application/json',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body }),
        },
        ctx,
      ),
    );
  };
  return await withinTime({ backend: BACKEND, what, run }, ctx);
}

interface Asking {
  readonly locator: GcpLocator;
  readonly file: CredentialsFile | null;
  readonly signal: AbortSignal;
}

interface Identified {
  readonly headers: Readonly<Record<string, string>>;
  readonly universe: string;
  readonly project: string;
}

async function identify({ locator, file, signal }: Asking, ctx: SecretContext): Promise<Identified> {
  const { what } = locator;
  if (file === null && ctx.env['METADATA_SERVER_DETECTION'] === 'none') throw nobody(what);
  let failure: unknown;
  const onFailure = (error: unknown): void => {
    failure = error;
  };
  const { identityOf, identityOfMachine } = await import('./client.ts');
  try {
    const fetch = fetchThrough({ what, signal, onFailure }, ctx);
    const quotaProject = ctx.env['GOOGLE_CLOUD_QUOTA_PROJECT'] || null;
    const machine = file === null ? await identityOfMachine() : null;
    const identity: GoogleIdentity | null =
      file === null ? machine : identityOf(file.content, { fetch, quotaProject });
    if (identity === null) throw nobody(what);
    const project = projectOf({ locator, file, ofMachine: machine?.project ?? null }, ctx);
    return { headers: await identity.headers(), universe: identity.universe, project };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof McpformError) throw error;
    throw failure instanceof McpformError ? failure : identityFailure(what);
  }
}

interface ProjectSources {
  readonly locator: GcpLocator;
  readonly file: CredentialsFile | null;
  readonly ofMachine: string | null;
}

/** As the manifest says, the machine, or the credentials. Throws SECRET_*. */
export function projectOf({ locator, file, ofMachine }: ProjectSources, { env }: SecretContext): string {
  const { what, project: asked } = locator;
  const content = file?.content ?? null;
  const ofFile = textAt(content, 'project_id') ?? textAt(content, 'quota_project_id');
  const project = asked ?? (env['GOOGLE_CLOUD_PROJECT'] || ofFile || ofMachine);
  if (project) return requireName(project, 'project', what);
  throw new McpformError('SECRET_BACKEND_FAILED', `${what}: there is no project`, {
    hint: 'set GOOGLE_CLOUD_PROJECT, or "project" in the manifest',
  });
}

/** With a slash at its end. The variable is gcloud's, for whoever reaches Google by another name. */
function endpoint(universe: string, what: string, { env }: SecretContext): string {
  const other = env['CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER'];
  const url = requireSafe(other || `https://secretmanager.${universe}/`, { backend: BACKEND, what });
  return `${url.origin}${url.pathname.replace(/\/*$/, '/')}`;
}

function nobody(what: string): McpformError {
  return new McpformError('SECRET_DENIED', `${what}: there are no credentials for Google`, {
    hint: 'run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS',
  });
}
