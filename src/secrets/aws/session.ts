import { McpformError } from '../../model/error.ts';
import type { SecretContext } from '../../model/secret.ts';
import { withinTime } from '../within-time.ts';
import type { ParametersApi, SecretsApi } from './client.ts';
import { credentialSource } from './credential-source.ts';
import { awsFailure } from './failure.ts';
import type { AwsLocator } from './locator.ts';
import { networkHandler } from './network-handler.ts';
import { BACKEND, readAwsSettings } from './settings.ts';

export interface AwsSession {
  readonly secrets: () => SecretsApi;
  readonly parameters: () => ParametersApi;
}

/** Runs `use` as somebody, 30 s at most. Throws SECRET_*; what the library throws in `use` is told as one. */
export async function withAws<T>(
  locator: AwsLocator,
  use: (session: AwsSession) => Promise<T>,
  ctx: SecretContext,
): Promise<T> {
  const { what } = locator;
  const settings = await readAwsSettings(locator, ctx);
  const source = credentialSource(settings, ctx);
  if (source === null) {
    throw new McpformError('SECRET_DENIED', `${what}: there are no credentials for AWS`, {
      hint: 'log in with `aws configure` or `aws sso login`, or set AWS_PROFILE',
    });
  }
  const { openParameters, openSecrets, resolveCredentials } = await import('./client.ts');
  const run = async (signal: AbortSignal): Promise<T> => {
    const request = { settings, handler: networkHandler({ what, signal }, ctx) };
    try {
      const credentials = await resolveCredentials(source, request);
      return await use({
        secrets: () => openSecrets(request, credentials),
        parameters: () => openParameters(request, credentials),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw awsFailure(error, what);
    }
  };
  return await withinTime({ backend: BACKEND, what, run }, ctx);
}
