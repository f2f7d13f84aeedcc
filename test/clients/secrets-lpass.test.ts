import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SecretContext, SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/lpass/backend.ts';
import { CANARY, failureOf } from '../secrets/support/failure-of.ts';
import { type SecretHome, secretHome } from '../secrets/support/secret-home.ts';

let home: SecretHome;
let ctx: SecretContext;
beforeEach(async () => {
  home = await secretHome();
  const { env, ...rest } = home.context();
  // Where the XDG folders are named, lpass wants them to be there.
  ctx = { ...rest, env: { PATH: env['PATH'], HOME: env['HOME'] } };
});
afterEach(() => home.remove());

/** As after a login whose agent has ended: `lpass` would ask for the master password. */
async function lockedSession(): Promise<void> {
  await home.file('.lpass/iterations', '5000');
  await home.file('.lpass/username', 'me@example.test');
  await home.file('.lpass/verify', '0123456789abcdef0123456789abcdef');
}

const sources = [
  { name: 'work/github' },
  { name: 'work/github', field: 'username' },
  { name: 'work/github', field: 'notes' },
  { name: 'work/github', field: 'url' },
  { name: '--all', field: 'API KEY' },
  { name: '4711', field: '--json' },
];

/** A call that the program's own parser refuses is no SECRET_DENIED: it prints its usage. */
describe.each([
  ['where nobody is logged in', async () => undefined],
  ['where it is locked and nobody can be asked', lockedSession],
])('LastPass, with a real lpass, %s', (_, prepare) => {
  beforeEach(prepare);

  it.each(sources)('says so when %j is read', async (source) => {
    expect(await failureOf(backend.read(source, ctx))).toMatch(/^SECRET_DENIED: .*nobody is logged in/);
  });

  it.each(sources)('says so when %j is written', async (source) => {
    const writing = backend.write?.(source, new SecretValue(CANARY), ctx) ?? expect.fail('no write');
    expect(await failureOf(writing)).toMatch(/^SECRET_DENIED: .*nobody is logged in/);
  });

  it('is diagnosed', async () => {
    expect(await backend.diagnose(sources, ctx)).toEqual({
      check: 'secrets lpass',
      state: 'warning',
      detail: '/usr/bin/lpass, not logged in or locked',
      hint: 'log in with "lpass login"',
    });
  });
});

describe('LastPass, with a real lpass that takes no such option', () => {
  it('is told apart from nobody being logged in', async () => {
    await home.program('lpass', 'exec /usr/bin/lpass show --nonsense');
    expect(await failureOf(backend.read({ name: 'x' }, ctx))).toContain('SECRET_BACKEND_FAILED');
  });
});
