import { isLoaderVariable } from '../model/loader-variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a variable makes a server's own process, or the interpreter it is, load code that is not in its package:
 * `NODE_OPTIONS`, `LD_PRELOAD`, `PYTHONPATH` and their like. Such a variable reaches a server only when the manifest
 * sets it.
 *
 * Loader variables that say where programs, people and networks are stay, because servers need them. Programs that a
 * server starts in turn are found through PATH, so dropping what those load would protect nothing.
 */
export function decidesCode(name: string): boolean {
  if (!isLoaderVariable(name)) return false;
  const upper = name.toUpperCase();
  return !places.has(upper) && !toolPrefixes.some((prefix) => upper.startsWith(prefix));
}

/** Our environment without what decides code, but with what the manifest sets and what the package adds. */
export function childEnvironment(
  env: Environment,
  loaderVariables: readonly string[],
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const child: Record<string, string> = {};
  for (const name of Object.keys(env)) {
    const value = env[name];
    if (value === undefined || (decidesCode(name) && !loaderVariables.includes(name))) continue;
    child[name] = value;
  }
  return Object.assign(child, added);
}

const places = new Set([
  'PATH',
  'PATHEXT',
  'HOME',
  'USERPROFILE',
  'XDG_CONFIG_HOME',
  'SHELL',
  'COMSPEC',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
]);

/** Of programs that a server starts: package managers, Git, Docker. */
const toolPrefixes = ['NPM_', 'PIP_', 'UV_', 'GIT_', 'DOCKER_'];
