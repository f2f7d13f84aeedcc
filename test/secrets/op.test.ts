import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backend } from '../../src/secrets/op/backend.ts';
import { BINARY, type Double, double, impatient, UNUSABLE } from './doubles/double.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { secretHome } from './support/secret-home.ts';

const REFERENCE = 'op://dev/linear/token';

let op: Double;
beforeEach(async () => {
  op = await double('op-double.mjs', 'programs/op');
});
afterEach(() => op.remove());

describe('1Password, with a double of op', () => {
  it('gives what the reference stands for, as it is', async () => {
    await op.tell({ values: { [REFERENCE]: `${CANARY}\nsecond line ä` } });
    const value = await backend.read(REFERENCE, op.home.context());
    expect(value.reveal()).toBe(`${CANARY}\nsecond line ä`);
    expect(await op.calls()).toMatchObject([{ args: ['read', '--no-newline', REFERENCE], input: '' }]);
  });

  it('hands on the session and the settings of 1Password, and nothing else', async () => {
    await op.tell({ values: { [REFERENCE]: CANARY } });
    const own = ['OP_ACCOUNT', 'OP_CONNECT_HOST', 'OP_SERVICE_ACCOUNT_TOKEN', 'OP_SESSION', 'OP_SESSION_abc'];
    const others = ['OP_DEBUG', 'GITHUB_TOKEN', 'NODE_OPTIONS', 'VAULT_TOKEN'];
    const env = Object.fromEntries([...own, ...others].map((name) => [name, '']));
    await backend.read(REFERENCE, op.home.context({ env }));
    const [call] = await op.calls();
    expect(call?.variables.filter((name) => name in env)).toEqual(own);
  });

  it.each([
    ['no-account', 'SECRET_DENIED', '1Password does not let us in'],
    ['signed-out', 'SECRET_DENIED', '1Password does not let us in'],
    ['not-signed-in', 'SECRET_DENIED', '1Password does not let us in'],
    ['expired', 'SECRET_DENIED', '1Password does not let us in'],
    ['dismissed', 'SECRET_DENIED', '1Password does not let us in'],
    ['app', 'SECRET_DENIED', 'the 1Password app cannot be reached'],
    ['late', 'SECRET_TIMEOUT', '1Password did not answer in time'],
    ['no-item', 'SECRET_NOT_FOUND', 'there is no such vault, item or field'],
    ['no-item-read', 'SECRET_NOT_FOUND', 'there is no such vault, item or field'],
    ['no-vault', 'SECRET_NOT_FOUND', 'there is no such vault, item or field'],
    ['no-field', 'SECRET_NOT_FOUND', 'there is no such vault, item or field'],
    ['ambiguous', 'SECRET_BACKEND_FAILED', 'more than one thing has that name'],
    ['reference', 'SECRET_INVALID', 'it is no reference that 1Password understands'],
    ['network', 'SECRET_BACKEND_FAILED', '"op read" failed'],
  ])('tells "%s" apart, and shows nothing of what op printed', async (failure, code, because) => {
    await op.tell({ failure });
    const told = await failureOf(backend.read(REFERENCE, op.home.context()));
    expect(told).toContain(`${code}: 1Password "${REFERENCE}": ${because}`);
  });

  it.each([...UNUSABLE, ['no text', BINARY, 'SECRET_INVALID'] as const])(
    'refuses %s',
    async (_, bytes, code) => {
      await op.tell({ values: { [REFERENCE]: bytes } });
      expect(await failureOf(backend.read(REFERENCE, op.home.context()))).toContain(
        `${code}: 1Password "op:`,
      );
    },
  );

  it('waits a minute for somebody to touch a sensor, and no longer', async () => {
    await op.tell({ failure: 'hang' });
    const waited: number[] = [];
    const told = await failureOf(backend.read(REFERENCE, impatient(op.home.context(), waited)));
    expect(told).toMatch(/^SECRET_TIMEOUT: 1Password "op:.* unlock 1Password/);
    expect(waited).toEqual([60_000]);
  });

  it.each([['--version'], [{ vault: 'x' }], ['-op://a/b/c']])(
    'never makes %j an argument',
    async (argument) => {
      expect(await failureOf(backend.read(argument, op.home.context()))).toContain('SECRET_INVALID');
      expect(await op.calls()).toEqual([]);
    },
  );

  it('cannot be written, because op takes values as arguments', () => {
    expect(backend.write).toBeUndefined();
  });

  it('is diagnosed without being started', async () => {
    expect(await backend.diagnose([REFERENCE], op.home.context())).toEqual({
      check: 'secrets op',
      state: 'ok',
      detail: `${op.home.programs}/op`,
    });
    expect(await op.calls()).toEqual([]);
  });
});

describe('1Password, without op', () => {
  it('says what to install', async () => {
    const bare = await secretHome();
    try {
      const ctx = bare.context();
      expect(await failureOf(backend.read(REFERENCE, ctx))).toMatch(/^SECRET_BACKEND_MISSING.*1Password CLI/);
      expect(await backend.diagnose([REFERENCE], ctx)).toMatchObject({ state: 'failed' });
      expect(await backend.diagnose([], ctx)).toMatchObject({ state: 'ok' });
    } finally {
      await bare.remove();
    }
  });
});
