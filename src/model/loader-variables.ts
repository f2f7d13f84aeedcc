/**
 * Environment variables that decide which code a program loads or where it fetches it from, so that setting one
 * is as strong as changing the command. Compared without regard to case, as npm and Windows do.
 */
export function isLoaderVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return exact.has(upper) || prefixes.some((prefix) => upper.startsWith(prefix));
}

const exact = new Set([
  'PATH',
  'HOME',
  'USERPROFILE',
  'XDG_CONFIG_HOME',
  'PATHEXT',
  'SHELL',
  'COMSPEC',
  'ENV',
  'BASH_ENV',
  'BASHOPTS',
  'SHELLOPTS',
  'PS4',
  'ZDOTDIR',
  'IFS',
  'NODE_OPTIONS',
  'NODE_PATH',
  // V8 takes compiled code from there without comparing it with the source.
  'NODE_COMPILE_CACHE',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_PRESERVE_SYMLINKS',
  'NODE_PRESERVE_SYMLINKS_MAIN',
  // The descriptor and the part of a parent that is not the server's.
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'ELECTRON_RUN_AS_NODE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'BUN_OPTIONS',
  'DENO_DIR',
  'RUBYOPT',
  'RUBYLIB',
  'GEM_HOME',
  'GEM_PATH',
  'PERL5OPT',
  'PERL5LIB',
  'PERL5DB',
  'PERLLIB',
  'JAVA_TOOL_OPTIONS',
  '_JAVA_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'CLASSPATH',
  'PHPRC',
  'PHP_INI_SCAN_DIR',
  '__PYVENV_LAUNCHER__',
  'GCONV_PATH',
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
]);

const prefixes = [
  'LD_',
  'DYLD_',
  'PYTHON',
  'LUA_',
  // Functions that a shell takes over.
  'BASH_FUNC_',
  'CORECLR_',
  'COR_',
  'NPM_',
  'PIP_',
  'UV_',
  'DOCKER_',
  'DOTNET_',
  'GIT_',
];
