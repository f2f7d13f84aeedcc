import { McpformError } from '../../model/error.ts';
import type { SecretValue } from '../../model/secret.ts';
import type { ServerAnswer } from '../ask-server.ts';
import { fieldText, objectAt, parseJsonObject } from '../parse-answer.ts';
import { toSecretValue } from '../value.ts';
import { vaultFailure } from './failure.ts';
import type { VaultLocator } from './locator.ts';
import type { AskVault } from './session.ts';

/** Throws SECRET_*. */
export async function readVault(locator: VaultLocator, ask: AskVault): Promise<SecretValue> {
  const { mount, path, field, version, what } = locator;
  const query = version === null ? '' : `?version=${version}`;
  const answer = await ask({ method: 'GET', path: `${mount}/data/${path}${query}` });
  if (answer.status !== 200) throw deletedVersion(answer, what) ?? vaultFailure(answer, what);
  const fields = objectAt(objectAt(parseJsonObject(answer.body), 'data'), 'data');
  if (fields === null) throw garbage(what);
  return toSecretValue(fieldText(fields, field, what), what);
}

/** A version that was deleted or destroyed is 404 too, with its metadata in the place of an error. */
function deletedVersion({ status, body }: ServerAnswer, what: string): McpformError | null {
  if (status !== 404) return null;
  const metadata = objectAt(objectAt(parseJsonObject(body), 'data'), 'metadata');
  if (metadata === null) return null;
  const isDestroyed = metadata['destroyed'] === true;
  return new McpformError('SECRET_NOT_FOUND', `${what}: that version was deleted`, {
    hint: isDestroyed
      ? 'it is gone for good: write a new one'
      : 'run `vault kv undelete`, or write a new one',
  });
}

export function garbage(what: string): McpformError {
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: the answer is not what Vault answers`, {
    hint: 'see whether VAULT_ADDR is really Vault, and "mount" an engine of KV version 2',
  });
}
