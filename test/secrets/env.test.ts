import { describe, expect, it } from 'vitest';
import { MAX_SECRET_BYTES, type SecretContext } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/env/backend.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { memoryContext } from './support/memory-context.ts';

const withEnv = (env: SecretContext['env']): SecretContext => memoryContext({}, { env });

describe('a secret in the environment', () => {
  it('is the variable, all its lines, without a final line end', async () => {
    const ctx = withEnv({ TOKEN: `${CANARY}\nb\n`, OTHER: 'x' });
    expect((await backend.read('TOKEN', ctx)).reveal()).toBe(`${CANARY}\nb`);
  });

  it.each<[string, string | undefined, string]>([
    ['is not set', undefined, 'SECRET_NOT_FOUND: env "TOKEN" is not set (export TOKEN, then try again)'],
    ['is empty', '', 'SECRET_EMPTY: env "TOKEN" is empty'],
    ['is too large', CANARY.padEnd(MAX_SECRET_BYTES + 1), 'SECRET_TOO_LARGE: env "TOKEN"'],
    ['is not UTF-8', `${CANARY}\uFFFD`, 'SECRET_INVALID: env "TOKEN" is not UTF-8'],
  ])('fails when it %s', async (_, TOKEN, wanted) => {
    expect(await failureOf(backend.read('TOKEN', withEnv({ TOKEN })))).toContain(wanted);
  });

  it('is never what every object has', async () => {
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect(await failureOf(backend.read(name, withEnv({})))).toContain('SECRET_NOT_FOUND');
    }
  });

  it('cannot be written', () => {
    expect(backend.write).toBeUndefined();
  });

  it('is diagnosed by name, never by value', async () => {
    const ctx = withEnv({ A: CANARY, B: '' });
    expect(await backend.diagnose([], ctx)).toMatchObject({ state: 'ok', detail: 'no variable is named' });
    expect(await backend.diagnose(['A', 'A'], ctx)).toMatchObject({
      state: 'ok',
      detail: '1 of 1 variables are set here',
    });
    expect(await backend.diagnose(['C', 'A', 'B'], ctx)).toEqual({
      check: 'secrets env',
      state: 'warning',
      detail: '1 of 3 variables are set here, not B, C',
      hint: 'a client that you start elsewhere may have them: export them where you start it',
    });
  });
});
