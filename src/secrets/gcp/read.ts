import { McpformError } from '../../model/error.ts';
import type { SecretValue } from '../../model/secret.ts';
import { objectAt, parseJsonObject } from '../parse-answer.ts';
import { toSecretValue } from '../value.ts';
import { crc32c } from './crc32c.ts';
import { garbage, gcpFailure } from './failure.ts';
import type { GcpLocator } from './locator.ts';
import type { AskGoogle } from './session.ts';

/** https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access */
export async function readGoogle({ version, what }: GcpLocator, ask: AskGoogle): Promise<SecretValue> {
  const answer = await ask({ method: 'GET', path: `/versions/${version}:access` });
  if (answer.status !== 200) throw gcpFailure(answer, what);
  const payload = objectAt(parseJsonObject(answer.body), 'payload');
  // Google leaves out what is empty.
  const data = payload === null ? null : (payload['data'] ?? '');
  if (payload === null || typeof data !== 'string' || !isBase64(data)) throw garbage(what);
  const bytes = Buffer.from(data, 'base64');
  const { dataCrc32c: sum } = payload;
  if (sum !== undefined && sum !== String(crc32c(bytes))) {
    throw new McpformError('SECRET_BACKEND_FAILED', `${what}: it was damaged on its way`, {
      hint: 'try again; if it stays so, see who answers for Google',
    });
  }
  return toSecretValue(bytes, what);
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
