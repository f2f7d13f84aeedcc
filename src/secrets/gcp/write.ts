import { McpformError } from '../../model/error.ts';
import type { SecretValue } from '../../model/secret.ts';
import { crc32c } from './crc32c.ts';
import { gcpFailure } from './failure.ts';
import type { GcpLocator } from './locator.ts';
import type { AskGoogle } from './session.ts';

/** Adds a version; creates no secret. Throws SECRET_*. */
export async function writeGoogle(locator: GcpLocator, value: SecretValue, ask: AskGoogle): Promise<void> {
  const { version, what } = locator;
  if (version !== 'latest') {
    throw new McpformError('SECRET_NOT_WRITABLE', `${what}: version "${version}" stays as it is`, {
      hint: 'take "version" out of the manifest, then write a new one',
    });
  }
  const bytes = Buffer.from(value.reveal());
  const payload = { data: bytes.toString('base64'), dataCrc32c: String(crc32c(bytes)) };
  const answer = await ask({ method: 'POST', path: ':addVersion', body: JSON.stringify({ payload }) });
  if (answer.status !== 200) throw gcpFailure(answer, what);
}
