import { McpformError } from '../../model/error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { SecretValue } from '../../model/secret.ts';
import { keepsNumbers, objectAt, parseJsonObject } from '../parse-answer.ts';
import { isLostRace, vaultFailure } from './failure.ts';
import type { VaultLocator } from './locator.ts';
import { garbage } from './read.ts';
import type { AskVault } from './session.ts';

/**
 * Writes a new version with one field changed. It says which version it saw (`cas`), so that a version that somebody
 * else wrote meanwhile is not lost. Throws SECRET_*.
 */
export async function writeVault(locator: VaultLocator, value: SecretValue, ask: AskVault): Promise<void> {
  const { mount, path, field, version, what } = locator;
  if (version !== null) {
    throw new McpformError('SECRET_NOT_WRITABLE', `${what}: version ${version} stays as it is`, {
      hint: 'take "version" out of the manifest, then write a new one',
    });
  }
  const { fields, cas } = await readCurrent(locator, ask);
  const data = { ...fields, [field]: value.reveal() };
  const body = JSON.stringify({ options: { cas }, data });
  const answer = await ask({ method: 'POST', path: `${mount}/data/${path}`, body });
  if (isLostRace(answer)) {
    throw new McpformError('SECRET_BACKEND_FAILED', `${what}: somebody else changed it meanwhile`, {
      hint: 'look what is there now, then write it again',
    });
  }
  if (answer.status !== 200 && answer.status !== 204) throw vaultFailure(answer, what);
}

interface Current {
  readonly fields: JsonObject;
  /** 0: it must not be there. */
  readonly cas: number;
}

async function readCurrent({ mount, path, what }: VaultLocator, ask: AskVault): Promise<Current> {
  const answer = await ask({ method: 'GET', path: `${mount}/data/${path}` });
  const data = objectAt(parseJsonObject(answer.body), 'data');
  const version = objectAt(data, 'metadata')?.['version'];
  if (answer.status === 404) return { fields: {}, cas: typeof version === 'number' ? version : 0 };
  if (answer.status !== 200) throw vaultFailure(answer, what);
  const fields = objectAt(data, 'data');
  if (fields === null || typeof version !== 'number') throw garbage(what);
  if (!keepsNumbers(fields)) {
    throw new McpformError('SECRET_NOT_WRITABLE', `${what}: another field has a number too large to keep`, {
      hint: 'run `vault kv patch`, which leaves other fields alone',
    });
  }
  return { fields, cas: version };
}
