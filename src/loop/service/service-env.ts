import { isAbsolute } from 'node:path';
import { hasInvisibleCharacters } from '../../formats/escape.ts';
import { credentialsInUrl, looksLikeSecret } from '../../formats/redact.ts';

/** What decides where our files, the client's, the engine and the way out are. A service has no shell to learn it from. */
const KEPT = [
  'PATH',
  'XDG_CONFIG_HOME',
  'XDG_STATE_HOME',
  'XDG_CACHE_HOME',
  'XDG_DATA_HOME',
  'CLAUDE_CONFIG_DIR',
  'DOCKER_CONFIG',
  'DOCKER_CONTEXT',
  'DOCKER_HOST',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

export interface ServiceEnv {
  readonly env: Readonly<Record<string, string>>;
  /** Names of those that would write a credential into a file. */
  readonly leftOut: readonly string[];
}

export function serviceEnv(env: Readonly<Record<string, string | undefined>>): ServiceEnv {
  const kept: Record<string, string> = {};
  const leftOut: string[] = [];
  for (const name of KEPT) {
    const value = name === 'PATH' ? lastingPath(env[name] ?? '') : (env[name] ?? '');
    if (value === '' || hasInvisibleCharacters(value)) continue;
    if (credentialsInUrl(value).length > 0 || looksLikeSecret(name, value) !== null) leftOut.push(name);
    else kept[name] = value;
  }
  return { env: kept, leftOut };
}

/** Without what belongs to one folder or one run of npx. */
function lastingPath(path: string): string {
  const separator = process.platform === 'win32' ? ';' : ':';
  const folders = path
    .split(separator)
    .filter(
      (folder) => isAbsolute(folder) && !/[\\/](?:node_modules[\\/]\.bin|_npx)(?:[\\/]|$)/.test(folder),
    );
  return [...new Set(folders)].join(separator);
}
