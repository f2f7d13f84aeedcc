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
  'IFS',
  'NODE_OPTIONS',
  'NODE_PATH',
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
  'JAVA_TOOL_OPTIONS',
  '_JAVA_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'CLASSPATH',
  'LUA_INIT',
  'GCONV_PATH',
  'OPENSSL_CONF',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
]);

const prefixes = ['LD_', 'DYLD_', 'PYTHON', 'NPM_', 'PIP_', 'UV_', 'DOCKER_', 'DOTNET_', 'GIT_'];
