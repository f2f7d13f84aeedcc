import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SecretContext, SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/keychain/backend.ts';
import { BINARY, type Double, double, impatient, UNUSABLE } from './doubles/double.ts';
import { CANARY, failureOf } from './support/failure-of.ts';

const ENTRY = { service: 'mcp github', account: 'me@example.test' };
const WHAT = 'keychain "mcp github" (account "me@example.test")';
const KEY = `${ENTRY.service}#${ENTRY.account}`;

let security: Double;
let ctx: SecretContext;
beforeEach(async () => {
  security = await double('security-double.mjs', 'usr/security');
  ctx = onMac(security, {});
});
afterEach(() => security.remove());

/** A Mac whose /usr/bin/security is the double; another one comes first on the PATH, and says so if it is run. */
function onMac({ home }: Double, env: Readonly<Record<string, string>>): SecretContext {
  const here = home.context({ env });
  const { files, processes } = here.system;
  const redirect = (path: string) =>
    path === '/usr/bin/security' ? join(home.folder, 'usr/security') : `/nowhere${path}`;
  return {
    ...here,
    platform: 'darwin',
    system: {
      ...here.system,
      files: { ...files, realPath: (path) => files.realPath(redirect(path)) },
      processes: {
        ...processes,
        start: (program, args, options) => processes.start(redirect(program), args, options),
      },
    },
  };
}

const read = (argument: object = ENTRY) => backend.read({ ...argument }, ctx);
const write = (text: string, argument: object = ENTRY) =>
  backend.write?.({ ...argument }, new SecretValue(text), ctx) ?? expect.fail('no write');
const asked = async () => (await security.calls()).map(({ args }) => args.at(-1));

describe('the macOS keychain, with a double of security', () => {
  it.each([
    ['printable text', CANARY, ['-w']],
    ['spaces around it', `  ${CANARY}  `, ['-w']],
    ['text of hexadecimal digits', 'd259cc9961fbd259cc9961fbd259cc99', ['-w', '-g']],
    ['several lines', `${CANARY}\ntwo\n\nthree`, ['-w', '-g']],
    ['other than ASCII', `${CANARY} ä 語`, ['-w', '-g']],
    ['a backslash', `${CANARY}\\n`, ['-w', '-g']],
    ['quotes', `${CANARY}"'`, ['-w']],
  ])('reads %s as it is', async (_, text, ways) => {
    await security.tell({ values: { [KEY]: text } });
    expect((await read()).reveal()).toBe(text);
    expect(await asked()).toEqual(ways);
    const args = ['find-generic-password', '-s', ENTRY.service, '-a', ENTRY.account, '-w'];
    expect((await security.calls())[0]).toMatchObject({ args, input: '' });
  });

  it("takes the user's name where there is no account", async () => {
    await security.tell({ values: { 'mcp github#somebody': CANARY } });
    ctx = onMac(security, { USER: 'somebody' });
    expect((await read({ service: 'mcp github' })).reveal()).toBe(CANARY);
    ctx = onMac(security, {});
    expect(await failureOf(read({ service: 'mcp github' }))).toContain('SECRET_INVALID');
  });

  it('says that nothing is there, or that it may be locked', async () => {
    await security.tell({});
    expect(await failureOf(read())).toMatch(/^SECRET_NOT_FOUND: keychain "mcp github".*unlock the keychain/);
  });

  it.each([
    ['locked', 'SECRET_DENIED'],
    ['wrong-password', 'SECRET_DENIED'],
    ['cancelled', 'SECRET_DENIED'],
    ['strange', 'SECRET_BACKEND_FAILED'],
  ])(
    'tells "%s" apart, reading and writing, and shows nothing of what security printed',
    async (failure, code) => {
      await security.tell({ failure });
      expect(await failureOf(read())).toContain(`${code}: ${WHAT}`);
      expect(await failureOf(write(CANARY))).toContain(`${code}: ${WHAT}`);
    },
  );

  it('does not guess whether it was given hexadecimal digits', async () => {
    await security.tell({ failure: 'half', values: { [KEY]: 'abcdef' } });
    expect(await failureOf(read())).toContain(`SECRET_BACKEND_FAILED: ${WHAT}`);
  });

  it.each([...UNUSABLE, ['no text', BINARY, 'SECRET_INVALID'] as const])(
    'refuses %s',
    async (_, bytes, code) => {
      await security.tell({ values: { [KEY]: bytes } });
      expect(await failureOf(read())).toContain(`${code}: ${WHAT}`);
    },
  );

  it('waits a minute for somebody to unlock it, and no longer', async () => {
    await security.tell({ failure: 'hang' });
    const waited: number[] = [];
    const told = await failureOf(backend.read(ENTRY, impatient(ctx, waited)));
    expect(told).toContain(`SECRET_TIMEOUT: ${WHAT}`);
    expect(waited).toEqual([60_000]);
  });

  it.each([[CANARY], [`${CANARY}\ntwo ä "'\\ $(id)`], ['-w'], [`${CANARY}${'x'.repeat(1800)}`]])(
    'writes through stdin, and nowhere else: %#',
    async (text) => {
      await security.tell({});
      await write(text);
      expect((await read()).reveal()).toBe(text);
      const hex = Buffer.from(text).toString('hex');
      const [call] = await security.calls();
      expect(call).toMatchObject({
        args: ['-i'],
        input: `add-generic-password -U -s "mcp github" -a "me@example.test" -X ${hex}\n`,
      });
    },
  );

  it('refuses what security would cut, before anything is kept', async () => {
    await security.tell({});
    expect(await failureOf(write(`${CANARY}${'x'.repeat(2000)}`))).toContain(`SECRET_TOO_LARGE: ${WHAT}`);
    expect(await security.calls()).toEqual([]);
  });

  it.each([['a"b'], ['a\\b'], ['a\nadd-generic-password -s b'], ['a\0b']])(
    'refuses to write under a name that security could take for more: %j',
    async (service) => {
      await security.tell({});
      expect(await failureOf(write(CANARY, { ...ENTRY, service }))).toContain('SECRET_INVALID');
      expect(await failureOf(write(CANARY, { ...ENTRY, account: service }))).toContain('SECRET_INVALID');
      expect(await security.calls()).toEqual([]);
    },
  );

  it('notices that something else was kept', async () => {
    await security.tell({ failure: 'lossy' });
    expect(await failureOf(write(CANARY))).toMatch(/^SECRET_BACKEND_FAILED: .* has kept something else/);
  });

  it('is diagnosed without being started', async () => {
    const diagnosis = await backend.diagnose([ENTRY], ctx);
    expect(diagnosis).toEqual({ check: 'secrets keychain', state: 'ok', detail: '/usr/bin/security' });
    expect(await security.calls()).toEqual([]);
  });
});
