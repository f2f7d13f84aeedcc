import type { SecretBackend } from '../../model/secret.ts';
import { diagnoseAws } from './diagnose.ts';
import { parseAwsLocator } from './locator.ts';
import { readAws } from './read.ts';
import { withAws } from './session.ts';
import { writeAws } from './write.ts';

/** Secrets Manager, and the parameters of Systems Manager. */
export const backend: SecretBackend = {
  name: 'aws',
  settings: [
    'AWS_PROFILE',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_CONFIG_FILE',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_SECRETS_MANAGER',
    'AWS_ENDPOINT_URL_SSM',
    'AWS_ENDPOINT_URL_STS',
    'AWS_USE_FIPS_ENDPOINT',
    'AWS_USE_DUALSTACK_ENDPOINT',
  ],
  session: [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_ROLE_ARN',
    'AWS_ROLE_SESSION_NAME',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    'AWS_EC2_METADATA_DISABLED',
  ],
  read: async (argument, ctx) => {
    const locator = parseAwsLocator(argument);
    return await withAws(locator, (session) => readAws(locator, session), ctx);
  },
  write: async (argument, value, ctx) => {
    const locator = parseAwsLocator(argument);
    await withAws(locator, (session) => writeAws(locator, value, session), ctx);
  },
  writeHint: 'run `aws secretsmanager put-secret-value --secret-string file://FILE`',
  diagnose: diagnoseAws,
};
