import type { SecretBackend } from '../../model/secret.ts';
import { diagnoseGoogle } from './diagnose.ts';
import { parseGcpLocator } from './locator.ts';
import { readGoogle } from './read.ts';
import { withGoogle } from './session.ts';
import { writeGoogle } from './write.ts';

/** Google Secret Manager. */
export const backend: SecretBackend = {
  name: 'gcp',
  settings: [
    'GOOGLE_CLOUD_PROJECT',
    'GOOGLE_CLOUD_QUOTA_PROJECT',
    'CLOUDSDK_CONFIG',
    'CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER',
  ],
  session: ['GOOGLE_APPLICATION_CREDENTIALS', 'METADATA_SERVER_DETECTION'],
  read: async (argument, ctx) => {
    const locator = parseGcpLocator(argument);
    return await withGoogle(locator, (ask) => readGoogle(locator, ask), ctx);
  },
  write: async (argument, value, ctx) => {
    const locator = parseGcpLocator(argument);
    await withGoogle(locator, (ask) => writeGoogle(locator, value, ask), ctx);
  },
  writeHint: 'run `gcloud secrets versions add NAME --data-file=-`, and give it the value on stdin',
  diagnose: diagnoseGoogle,
};
