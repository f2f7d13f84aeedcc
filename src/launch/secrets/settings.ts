import type { Context } from '../../model/context.ts';
import type { SecretSource } from '../../model/secret.ts';
import { loadBackend } from '../../secrets/index.ts';

type Environment = Context['env'];

/** Where programs and their configuration are, and which network a server is reached through, for every backend. */
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
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
] as const;

/**
 * What of the environment says where these secrets are asked for: it is kept as it is at approval, because whoever
 * writes a client's entry chooses the environment that a launch is started with.
 */
export async function secretSettings(
  sources: readonly SecretSource[],
  { env, home, platform }: Pick<Context, 'env' | 'home' | 'platform'>,
): Promise<Readonly<Record<string, string>>> {
  const isSetting = await settingsOf(sources, platform);
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || !isSetting(name) ? [] : [[name, value] as const],
  );
  return Object.fromEntries(
    Object.entries({ ...Object.fromEntries(kept), HOME: home }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The environment for asking: what was kept is as it was, set or not, and everything else as it is now. */
export async function environmentForSecrets(
  sources: readonly SecretSource[],
  settings: Readonly<Record<string, string>>,
  { env, platform }: Pick<Context, 'env' | 'platform'>,
): Promise<Environment> {
  const isSetting = await settingsOf(sources, platform);
  const left = Object.entries(env).filter(([name]) => !isSetting(name));
  return { ...Object.fromEntries(left), ...settings };
}

/** Whether a variable is one of those. Windows has no case in names: its PATH is `Path`. */
async function settingsOf(
  sources: readonly SecretSource[],
  platform: NodeJS.Platform,
): Promise<(name: string) => boolean> {
  const backends = await Promise.all([...new Set(sources.map(({ backend }) => backend))].map(loadBackend));
  const plain = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name);
  const names = [...PLACES, ...backends.flatMap(({ settings }) => settings)].map(plain);
  const whole = new Set(names);
  const beginnings = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => whole.has(plain(name)) || beginnings.some((each) => plain(name).startsWith(each));
}
