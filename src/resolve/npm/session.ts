import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { JsonObject } from '../../model/json.ts';
import { fetchJson, readSettings, registryOf, type Settings } from './client.ts';
import { npmEnvironment, npmFolders } from './environment.ts';
import type { NpmOptions } from './npm.ts';
import { packumentCache } from './packument-cache.ts';
import { Transport, type TransportRequest } from './transport.ts';

/** npm's libraries set up as the user set up npm. */
export interface Session {
  /** For every call into npm's libraries. */
  readonly options: NpmOptions;
  /** Under way, by integrity. */
  readonly downloads: Map<string, Promise<void>>;
  registryOf(name: string): string;
}

const sessions = new WeakMap<Context, { readonly session: Promise<Session>; readonly openedMs: number }>();

/** Long enough for one command over hundreds of servers; a loop that runs for weeks sees new settings. */
const SESSION_MS = 60_000;

/** Servers that are resolved together share connections and what registries said. */
export function openSession(ctx: Context): Promise<Session> {
  const nowMs = ctx.system.clock.monotonic();
  const known = sessions.get(ctx);
  if (known !== undefined && nowMs - known.openedMs < SESSION_MS) return known.session;
  const session = makeSession(ctx);
  sessions.set(ctx, { session, openedMs: nowMs });
  return session;
}

async function makeSession(ctx: Context): Promise<Session> {
  const settings = await settingsOf(ctx);
  const npm = settings.options;
  const registries = Object.entries(npm)
    .filter(([key, value]) => /^(registry|@.*:registry)$/.test(key) && URL.canParse(String(value)))
    .map(([, value]) => String(value));
  const asked: NpmOptions = {
    ...npm,
    ...LIMITS,
    retry: retryOf(settings),
    timeout: settings.isDefault('fetch-timeout') ? IDLE_TIMEOUT_MS : npm['timeout'],
    agent: new Transport({ options: npm, registries, proxy: proxyOf(npm, ctx), signal: ctx.signal }),
    // Tarballs only, by the hash of their content: what is edited there is not found.
    cache: join(ctx.folders.cache, 'npm'),
    tufCache: join(ctx.folders.cache, 'npm'),
  };
  const again = async (url: string): Promise<JsonObject> => (await fetchJson(url, asked)) as JsonObject;
  const options = { ...asked, packumentCache: packumentCache(again) };
  return { options, downloads: new Map(), registryOf: (name) => registryOf(name, options) };
}

/** What no setting of a user changes. */
const LIMITS: NpmOptions = {
  // Nothing a registry says is kept on disk, where an edit would be believed as if the registry had said it.
  headers: { 'cache-control': 'no-store' },
  fullMetadata: true,
  // Only registries have hashes for what they send. What is cracked open to look for bundles goes by its address.
  allowGit: 'none',
  allowFile: 'none',
  allowDirectory: 'none',
  allowRemote: 'root',
  _isRoot: true,
  ignoreScripts: true,
  binLinks: false,
  audit: false,
  fund: false,
  engineStrict: false,
  legacyPeerDeps: false,
  strictPeerDeps: false,
  installStrategy: 'hoisted',
  packageLock: true,
  lockfileVersion: 3,
  progress: false,
};

const IDLE_TIMEOUT_MS = 60_000;

/** npm waits for more than a minute before it says that somebody is offline. */
function retryOf({ options, isDefault }: Settings): object {
  const retry = options['retry'] as object;
  const pauses = { factor: 4, minTimeout: 500, maxTimeout: 5000 };
  return isDefault('fetch-retry-mintimeout') && isDefault('fetch-retry-maxtimeout')
    ? { ...retry, ...pauses }
    : retry;
}

/** npm's rule, by the environment of the context: one setting for all, else the usual variables. */
function proxyOf(npm: NpmOptions, { env }: Context): TransportRequest['proxy'] {
  const variable = (name: string): string | undefined => env[name] ?? env[name.toUpperCase()];
  const configured = (npm['httpsProxy'] || npm['proxy'] || undefined) as string | undefined;
  const secure = configured ?? variable('https_proxy');
  return {
    secure: secure ?? null,
    plain: secure ?? variable('http_proxy') ?? variable('proxy') ?? null,
    except: String(npm['noProxy'] || variable('no_proxy') || ''),
  };
}

async function settingsOf(ctx: Context): Promise<Settings> {
  const { platform } = ctx;
  try {
    return await readSettings({ npmPath: await npmFolder(ctx), env: npmEnvironment(ctx), platform });
  } catch (error) {
    // Its own message may quote the line, and a token with it.
    const isAuth = error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_AUTH';
    throw new McpformError('RESOLVE_NPMRC', `npm's configuration in "${ctx.home}" is not valid`, {
      hint: isAuth
        ? 'a token or password needs the registry it is for: `npm config fix` adds it'
        : 'see what `npm config list` says',
    });
  }
}

async function npmFolder({ system, platform }: Context): Promise<string> {
  const folders = npmFolders(process.execPath, platform);
  for (const folder of folders) {
    const found = await system.files.stat(join(folder, 'npmrc')).catch(() => null);
    if (found !== null) return folder;
  }
  return folders[0] as string;
}
