import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backend } from '../../src/secrets/bws/backend.ts';
import { type Double, double, impatient, UNUSABLE } from './doubles/double.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { secretHome } from './support/secret-home.ts';

const ID = '382580ab-1368-4e85-bfa3-b02e01400c9f';

let bws: Double;
beforeEach(async () => {
  bws = await double('bws-double.mjs', 'programs/bws');
});
afterEach(() => bws.remove());

describe('Bitwarden Secrets Manager, with a double of bws', () => {
  it.each([
    ['lines and quotes', `${CANARY}\n"two" \\ ä`, `${CANARY}\n"two" \\ ä`],
    ['a final line end, which is dropped', `${CANARY}\n`, CANARY],
  ])('gives the value of the secret: %s', async (_, kept, given) => {
    await bws.tell({ values: { [ID]: kept } });
    expect((await backend.read(ID, bws.home.context())).reveal()).toBe(given);
    const args = ['secret', 'get', ID, '--output', 'json', '--color', 'no'];
    expect(await bws.calls()).toMatchObject([{ args, input: '' }]);
  });

  it('hands on the access token in the environment, and nothing that is not of Bitwarden', async () => {
    await bws.tell({ values: { [ID]: CANARY } });
    const own = ['BWS_ACCESS_TOKEN', 'BWS_CONFIG_FILE', 'BWS_PROFILE', 'BWS_SERVER_URL'];
    const env = Object.fromEntries([...own, 'RUST_BACKTRACE', 'GITHUB_TOKEN'].map((name) => [name, 'x']));
    await backend.read(ID, bws.home.context({ env }));
    const [call] = await bws.calls();
    expect(call?.variables.filter((name) => name in env)).toEqual(own);
  });

  it.each([
    ['no-token', 'SECRET_DENIED', 'there is no access token'],
    ['not-a-token', 'SECRET_DENIED', 'BWS_ACCESS_TOKEN is no access token'],
    ['bad-token', 'SECRET_DENIED', 'Bitwarden does not take the access token'],
    ['unauthorized', 'SECRET_DENIED', 'Bitwarden does not take the access token'],
    ['not-there', 'SECRET_NOT_FOUND', 'there is no such secret, or the machine account may not read it'],
    ['busy', 'SECRET_BACKEND_FAILED', '"bws secret get" failed'],
    ['garbage', 'SECRET_BACKEND_FAILED', '"bws" gave no answer that can be read'],
    ['list', 'SECRET_BACKEND_FAILED', '"bws" gave no answer that can be read'],
    ['other', 'SECRET_BACKEND_FAILED', '"bws" gave no answer that can be read'],
  ])('tells "%s" apart, and shows nothing of what bws printed', async (failure, code, because) => {
    await bws.tell({ failure });
    const told = await failureOf(backend.read(ID, bws.home.context()));
    expect(told).toContain(`${code}: Bitwarden "${ID}": ${because}`);
  });

  it.each(UNUSABLE)('refuses %s', async (_, bytes, code) => {
    await bws.tell({ values: { [ID]: bytes } });
    expect(await failureOf(backend.read(ID, bws.home.context()))).toContain(`${code}: Bitwarden "382`);
  });

  it('does not wait for ever', async () => {
    await bws.tell({ failure: 'hang' });
    const told = await failureOf(backend.read(ID, impatient(bws.home.context())));
    expect(told).toMatch(/^SECRET_TIMEOUT: Bitwarden "382/);
  });

  it.each([['--access-token=x'], [{ id: ID }], [`${ID} `]])(
    'never makes %j an argument',
    async (argument) => {
      expect(await failureOf(backend.read(argument, bws.home.context()))).toContain('SECRET_INVALID');
      expect(await bws.calls()).toEqual([]);
    },
  );

  it('cannot be written, because bws takes values as arguments', () => {
    expect(backend.write).toBeUndefined();
  });

  it('is diagnosed without being started, by whether there is a token', async () => {
    const env = { BWS_ACCESS_TOKEN: CANARY };
    expect(await backend.diagnose([ID], bws.home.context({ env }))).toEqual({
      check: 'secrets bws',
      state: 'ok',
      detail: `${bws.home.programs}/bws`,
    });
    expect(await backend.diagnose([ID], bws.home.context())).toMatchObject({
      state: 'warning',
      hint: 'set BWS_ACCESS_TOKEN to the access token of a machine account',
    });
    expect(await bws.calls()).toEqual([]);
  });
});

describe('Bitwarden Secrets Manager, without bws', () => {
  it('says what to install', async () => {
    const bare = await secretHome();
    try {
      expect(await failureOf(backend.read(ID, bare.context()))).toMatch(
        /^SECRET_BACKEND_MISSING.*install bws, the Bitwarden Secrets Manager CLI/,
      );
      expect(await backend.diagnose([ID], bare.context())).toMatchObject({ state: 'failed' });
      expect(await backend.diagnose([], bare.context())).toMatchObject({ state: 'ok' });
    } finally {
      await bare.remove();
    }
  });
});
