import { delimiter } from 'node:path';
import type { SecretContext } from '../model/secret.ts';
import { absoluteFolders } from './find-program.ts';

/**
 * Of the context's environment, what every program needs and what is named; a `*` at the end of a name stands for any
 * ending. Windows has no case in names: its PATH is `Path`.
 */
export function programEnvironment(
  variables: readonly string[],
  { env, platform }: SecretContext,
): Record<string, string> {
  const names = [...BASE_VARIABLES, ...variables];
  const plain = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name);
  const isNamed = (name: string): boolean =>
    names.some((each) =>
      each.endsWith('*') ? name.startsWith(plain(each).slice(0, -1)) : name === plain(each),
    );
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && isNamed(plain(name))) picked[name] = value;
  }
  // What it starts itself must not be found in a relative folder either.
  if (picked['PATH'] !== undefined) picked['PATH'] = absoluteFolders(picked['PATH']).join(delimiter);
  return picked;
}

/** What programs need to find themselves, their person, that person's session and a terminal's language. */
export const BASE_VARIABLES = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'XDG_CACHE_HOME',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'SSH_AUTH_SOCK',
  'GPG_TTY',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'TEMP',
  'TMP',
  'PATHEXT',
  'COMSPEC',
] as const;
