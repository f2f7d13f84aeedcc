type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a variable makes a server's own process, or the interpreter it is, load code that is not in its package:
 * `NODE_OPTIONS`, `LD_PRELOAD`, `PYTHONPATH` and their like. Such a variable reaches a server only when the manifest
 * sets it.
 *
 * What says where other programs, people and networks are stays, because servers need it: PATH, HOME, proxies,
 * certificates, registries. Programs that a server starts in turn are found through PATH, so dropping what those
 * load would protect nothing.
 */
export function decidesCode(name: string): boolean {
  const upper = name.toUpperCase();
  if (harmless.has(upper)) return false;
  return exact.has(upper) || prefixes.some((prefix) => upper.startsWith(prefix));
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

/**
 * Every other `NODE_…` is dropped, those of later releases too: preloads and search paths, the code cache (V8 does
 * not compare it with the source), and the descriptors of a parent that is not the server's.
 */
const harmless = new Set([
  'NODE_AUTH_TOKEN',
  'NODE_DEBUG',
  'NODE_DISABLE_COLORS',
  'NODE_ENV',
  'NODE_EXTRA_CA_CERTS',
  'NODE_NO_WARNINGS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_USE_ENV_PROXY',
  'NODE_USE_SYSTEM_CA',
]);

const prefixes = [
  'LD_',
  'DYLD_',
  'NODE_',
  'PYTHON',
  'PERL',
  'RUBY',
  'LUA_',
  'DOTNET_',
  'CORECLR_',
  'COR_',
  // Functions that a shell would take over.
  'BASH_FUNC_',
];

const exact = new Set([
  '__PYVENV_LAUNCHER__',
  'BASH_ENV',
  'BASHOPTS',
  'BUN_OPTIONS',
  'CLASSPATH',
  'DENO_DIR',
  'ELECTRON_RUN_AS_NODE',
  'ENV',
  'GCONV_PATH',
  'GEM_HOME',
  'GEM_PATH',
  'IFS',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  '_JAVA_OPTIONS',
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
  'PHP_INI_SCAN_DIR',
  'PHPRC',
  'PS4',
  'SHELLOPTS',
  'ZDOTDIR',
]);
