import { locatorOf } from '../../graph/bind-template.ts';
import { McpformError } from '../../model/error.ts';
import type { AnyLaunchRecord, LaunchGrants, SecretSources } from '../../model/launch.ts';
import type { SecretContext, SecretSource, SecretValue } from '../../model/secret.ts';
import type { System } from '../../model/system.ts';
import { loadBackend } from '../../secrets/index.ts';
import type { LaunchSecrets } from '../expand-args.ts';
import { readLaunchGrants } from './read-grants.ts';
import { environmentForLaunch, environmentForSecrets } from './settings.ts';

export interface ResolveOptions {
  readonly id: string;
  /** Ours, as whoever started us has made it. */
  readonly env: SecretContext['env'];
  /** The data folder of mcpform, absolute. */
  readonly data: string;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
  /** The machine as an environment shows it: which proxies are asked, which authorities trusted. */
  readonly systemWith: (env: SecretContext['env']) => System;
}

export interface ResolvedLaunch {
  readonly secrets: LaunchSecrets;
  /** `env` with what was kept at approval: what the launch goes on with. */
  readonly env: SecretContext['env'];
}

/**
 * Asks for every secret of a launch, all at once, and each as it was granted: where and with which programs does not
 * follow from the environment that the launch is started with. Throws SECRET_* with the name of the secret, and
 * LAUNCH_REFUSED; nothing is asked unless everything is granted.
 */
export async function resolveLaunchSecrets(
  record: AnyLaunchRecord,
  { id, env, data, platform, signal, systemWith }: ResolveOptions,
): Promise<ResolvedLaunch> {
  const { server, secrets: sources = {} } = record;
  if (Object.keys(sources).length === 0) return { secrets: new Map(), env };
  const { settings } = granted(sources, readLaunchGrants(data, id), server);
  const asking = await environmentForSecrets(record, settings, { env, platform });
  const ctx: SecretContext = {
    system: systemWith(asking),
    home: settings['HOME'] as string,
    env: asking,
    platform,
    signal,
  };
  const read = Object.entries(sources).map(async ([name, source]) => [name, await ask(name, source, ctx)]);
  const secrets = new Map((await Promise.all(read)) as [string, SecretValue][]);
  return { secrets, env: await environmentForLaunch(record, settings, { env, platform }) };
}

function granted(sources: SecretSources, grants: LaunchGrants | null, server: string): LaunchGrants {
  const missing = Object.entries(sources).find(
    ([, source]) => grants === null || !grants.locators.includes(locatorOf(source)),
  );
  if (missing === undefined && grants?.settings['HOME'] !== undefined) return grants;
  const [name, source] = missing ?? Object.entries(sources)[0] ?? unreachable();
  throw new McpformError(
    'SECRET_NOT_GRANTED',
    `secret "${name}" (${locatorOf(source)}) is not granted to server "${server}" as it is started here`,
    { hint: 'look at it with `mcpform plan`, then run `mcpform apply` or `mcpform grant add`' },
  );
}

function unreachable(): never {
  throw new Error('a launch without secrets needs no grants');
}

async function ask(name: string, source: SecretSource, ctx: SecretContext): Promise<SecretValue> {
  try {
    return await (await loadBackend(source.backend)).read(source.argument, ctx);
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { code, message, hint, cause } = error;
    throw new McpformError(code, `secret "${name}": ${message}`, {
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
