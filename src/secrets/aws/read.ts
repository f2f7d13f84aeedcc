import { McpformError } from '../../model/error.ts';
import type { SecretValue } from '../../model/secret.ts';
import { toSecretValue } from '../value.ts';
import type { AwsLocator } from './locator.ts';
import type { AwsSession } from './session.ts';
import { pickKey } from './value-in-json.ts';

/** Throws SECRET_*, and the library's errors. */
export async function readAws(locator: AwsLocator, session: AwsSession): Promise<SecretValue> {
  const { text } = await (locator.kind === 'secret' ? readSecret : readParameter)(locator, session);
  return toSecretValue(pickKey(text, locator), locator.what);
}

export interface Current {
  readonly text: Uint8Array | string;
  /** Of a secret an id, of a parameter a number. */
  readonly version: string | number | undefined;
}

export async function readSecret({ name, what }: AwsLocator, { secrets }: AwsSession): Promise<Current> {
  const answer = await secrets().get(name);
  const { SecretString, SecretBinary, VersionId } = answer;
  return { text: SecretString ?? SecretBinary ?? garbage(what), version: VersionId };
}

export async function readParameter(
  { name, what }: AwsLocator,
  { parameters }: AwsSession,
): Promise<Current> {
  const { Parameter } = await parameters().get(name);
  return { text: Parameter?.Value ?? garbage(what), version: Parameter?.Version };
}

function garbage(what: string): never {
  throw new McpformError('SECRET_BACKEND_FAILED', `${what}: the answer is not what AWS answers`, {
    hint: 'see whether AWS_ENDPOINT_URL is really AWS, if it is set',
  });
}
