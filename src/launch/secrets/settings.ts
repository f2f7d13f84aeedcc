import type { Context } from '../../model/context.ts';
import { type AnyLaunchRecord, isImageLaunch } from '../../model/launch.ts';
import { loadBackend } from '../../secrets/index.ts';
import { bareProxy, isProxy } from './proxy.ts';

type Environment = Context['env'];
type Settings = Readonly<Record<string, string>>;

/** Which programs are found, and how they are set up. */
const PROGRAMS = ['PATH', 'PATHEXT', 'COMSPEC', 'SHELL', 'HOME', 'USERPROFILE', 'XDG_CONFIG_HOME'] as const;

/** Where backends find the rest, and which network and whom they trust there. */
const PLACES = [
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'XDG_CACHE_HOME',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
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

/** Which engine gets the variables of a container, and who it has to be. */
const ENGINES = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS',
  'DOCKER_TLS_VERIFY',
  'CONTAINER_HOST',
  'CONTAINER_CONNECTION',
  'CONTAINER_SSHKEY',
  'CONTAINERS_CONF',
  'CONTAINERS_CONF_OVERRIDE',
  'CONTAINERS_STORAGE_CONF',
] as const;

/**
 * What of the environment says where the secrets of a launch are asked for, and which programs get them: it is kept as
 * it is at approval, because whoever writes a client's entry chooses the environment that a launch is started with.
 */
export async function secretSettings(
  record: AnyLaunchRecord,
  { env, home, platform }: Pick<Context, 'env' | 'home' | 'platform'>,
): Promise<Settings> {
  const isSetting = matching(await namesFor(record), platform);
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || !isSetting(name)
      ? []
      : [[name, isProxy(name) ? bareProxy(value) : value] as const],
  );
  return Object.fromEntries(
    Object.entries({ ...Object.fromEntries(kept), HOME: home }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

type Now = Pick<Context, 'env' | 'platform'>;

/** The environment for asking: what was kept is as it was, set or not, and everything else as it is now. */
export async function environmentForSecrets(
  record: AnyLaunchRecord,
  settings: Settings,
  now: Now,
): Promise<Environment> {
  return asKept(await namesFor(record), settings, now);
}

/**
 * The environment that a launch goes on with: which programs it finds is as it was. Loader variables of the manifest
 * come through the client's entry, and stay as they are.
 */
export async function environmentForLaunch(
  record: AnyLaunchRecord,
  settings: Settings,
  now: Now,
): Promise<Environment> {
  const own = 'loaderVariables' in record ? record.loaderVariables : [];
  const names = isImageLaunch(record) ? await namesFor(record) : PROGRAMS;
  return asKept(
    names.filter((name) => !own.includes(name)),
    settings,
    now,
  );
}

function asKept(names: readonly string[], settings: Settings, { env, platform }: Now): Environment {
  const isSetting = matching(names, platform);
  const left = Object.entries(env).filter(([name]) => !isSetting(name));
  const kept = Object.entries(settings).filter(([name]) => isSetting(name));
  const values = kept.map(([name, value]): [string, string] => {
    const now = env[name];
    // Who we are to a proxy is no setting, and is kept nowhere.
    return [name, isProxy(name) && now !== undefined && bareProxy(now) === value ? now : value];
  });
  return { ...Object.fromEntries(left), ...Object.fromEntries(values) };
}

async function namesFor(record: AnyLaunchRecord): Promise<readonly string[]> {
  const names = new Set(Object.values(record.secrets ?? {}).map(({ backend }) => backend));
  const backends = await Promise.all([...names].map(loadBackend));
  const engines = isImageLaunch(record) ? ENGINES : [];
  return [...PROGRAMS, ...PLACES, ...engines, ...backends.flatMap(({ settings }) => settings)];
}

/** Whether a variable is one of those. Windows has no case in names: its PATH is `Path`. */
function matching(names: readonly string[], platform: NodeJS.Platform): (name: string) => boolean {
  const plain = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name);
  const whole = new Set(names.map(plain));
  const beginnings = names.filter((name) => name.endsWith('*')).map((name) => plain(name).slice(0, -1));
  return (name) => whole.has(plain(name)) || beginnings.some((each) => plain(name).startsWith(each));
}
