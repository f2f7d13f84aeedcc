import type { Context } from '../../model/context.ts';
import type { SecretSource } from '../../model/secret.ts';
import { loadBackend } from '../../secrets/index.ts';

type Environment = Context['env'];

/** Where programs and their configuration are, for every backend. */
const PLACES = [
  'PATH',
  'HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'XDG_CACHE_HOME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'PATHEXT',
  'COMSPEC',
] as const;

/**
 * What of the environment says where these secrets are asked for: it is kept as it is at approval, because whoever
 * writes a client's entry chooses the environment that a launch is started with.
 */
export async function secretSettings(
  sources: readonly SecretSource[],
  { env, home }: Pick<Context, 'env' | 'home'>,
): Promise<Readonly<Record<string, string>>> {
  const names = await settingNames(sources);
  const kept = names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return Object.fromEntries([...kept, ['HOME', home] as const].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The environment for asking: what was kept is as it was, set or not, and everything else as it is now. */
export async function environmentForSecrets(
  sources: readonly SecretSource[],
  settings: Readonly<Record<string, string>>,
  env: Environment,
): Promise<Environment> {
  const names = await settingNames(sources);
  const left = Object.entries(env).filter(([name]) => !names.includes(name));
  return { ...Object.fromEntries(left), ...settings };
}

async function settingNames(sources: readonly SecretSource[]): Promise<readonly string[]> {
  const backends = await Promise.all([...new Set(sources.map(({ backend }) => backend))].map(loadBackend));
  return [...new Set([...PLACES, ...backends.flatMap(({ settings }) => settings)])];
}
