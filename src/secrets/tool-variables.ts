/**
 * What the programs of other backends read from the environment: a command of `exec` may be one of them. A test
 * compares with what those backends say of themselves.
 */
export const TOOL_SETTINGS: readonly string[] = [
  'VAULT_ADDR',
  'VAULT_NAMESPACE',
  'VAULT_CACERT',
  'BAO_ADDR',
  'BAO_NAMESPACE',
  'BAO_CACERT',
  'AWS_PROFILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'GOOGLE_CLOUD_PROJECT',
  'CLOUDSDK_CONFIG',
  'CLOUDSDK_CORE_PROJECT',
  'GNUPGHOME',
  'PASSWORD_STORE_DIR',
  'SOPS_AGE_KEY_FILE',
  'OP_ACCOUNT',
  'BWS_SERVER_URL',
  'LPASS_HOME',
];

/** Who asks, or how to reach this person's session. A `*` at the end stands for any ending. */
export const TOOL_SESSION: readonly string[] = [
  'VAULT_TOKEN',
  'BAO_TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'OP_SERVICE_ACCOUNT_TOKEN',
  'OP_SESSION_*',
  'BWS_ACCESS_TOKEN',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'SOPS_AGE_KEY',
];
