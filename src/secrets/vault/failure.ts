import { McpformError } from '../../model/error.ts';
import type { ServerAnswer } from '../ask-server.ts';
import { parseJsonObject } from '../parse-answer.ts';

/** What a status of Vault means to who reads or writes a secret. Of the body, only known words count. */
export function vaultFailure(answer: ServerAnswer, what: string): McpformError {
  const { status } = answer;
  switch (status) {
    case 401:
    case 403:
      return new McpformError('SECRET_DENIED', `${what}: the token may not do that, or has ended`, {
        hint: 'run `vault login`, or see the policies with `vault token lookup`',
      });
    case 404:
      return new McpformError('SECRET_NOT_FOUND', `${what}: there is none, or no engine of KV version 2`, {
        hint: 'look with `vault kv get`; "mount" names the engine, VAULT_NAMESPACE its namespace',
      });
    case 412:
    case 429:
      return failed(what, `is asked too much, or not ready (${status})`, 'try again in a while');
    case 501:
      return failed(what, 'has not been set up', 'run `vault operator init`');
    case 503:
      return failed(
        what,
        'is sealed, or not ready',
        'see `vault status`; somebody must run `vault operator unseal`',
      );
    default:
      if (status >= 300 && status < 400) {
        return failed(
          what,
          `sends us elsewhere (${status}), where the token does not go`,
          'set VAULT_ADDR to the address of the active node',
        );
      }
      return failed(what, `answered with ${status}`, 'run `vault kv get` to see why');
  }
}

/** KV v2 has no code for a lost race, only this sentence. */
export function isLostRace(answer: ServerAnswer): boolean {
  const errors = parseJsonObject(answer.body)?.['errors'];
  return answer.status === 400 && JSON.stringify(errors ?? '').includes('check-and-set');
}

function failed(what: string, sentence: string, hint: string): McpformError {
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: Vault ${sentence}`, { hint });
}
