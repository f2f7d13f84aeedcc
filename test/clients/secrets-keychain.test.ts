import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SecretContext, SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/keychain/backend.ts';
import { impatient } from '../secrets/doubles/double.ts';
import { CANARY, failureOf } from '../secrets/support/failure-of.ts';
import { type Keyring, startKeyring } from '../support/keyring.ts';
import { realContext } from '../support/real-context.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

let home: Home;
let keyring: Keyring;
beforeAll(async () => {
  home = await throwawayHome();
  keyring = await startKeyring(home);
});
afterAll(async () => {
  await keyring.end();
  await home.remove();
});
beforeEach(() => keyring.unlockWith('the first password'));

const ENTRY = { service: 'mcpform github', account: 'me' };
const WHAT = 'keychain "mcpform github" (account "me")';

const context = (env: Readonly<Record<string, string>> = {}): SecretContext =>
  realContext(home, { ...keyring.env, ...env });
const read = (argument: object = ENTRY, ctx = context()) => backend.read({ ...argument }, ctx);
const write = (text: string, argument: object = ENTRY, ctx = context()) =>
  backend.write?.({ ...argument }, new SecretValue(text), ctx) ?? expect.fail('no write');

describe('the Secret Service, with a real secret-tool and a real GNOME Keyring', () => {
  it.each([
    ['a token', CANARY],
    ['several lines', `${CANARY}\n\ntwo\r\nthree`],
    ['what a shell would take for more', `${CANARY}' "$(id)" \\ ; -- *`],
    ['other than ASCII', `${CANARY} ä 語 🔑`],
    ['what looks like an option', '--help'],
    ['the most that secret-tool keeps', CANARY.padEnd(8191, 'x')],
  ])('writes and reads %s as it is', async (_, text) => {
    await write(text);
    expect((await read()).reveal()).toBe(text);
  });

  it('drops one final line end of what somebody else has kept there', async () => {
    await keyring.tool(['store', '--label=x', 'service', 'lines', 'account', 'me'], `${CANARY}\n\n`);
    expect((await read({ ...ENTRY, service: 'lines' })).reveal()).toBe(`${CANARY}\n`);
    await write(`${CANARY}\n`, { ...ENTRY, service: 'lines' });
    expect((await read({ ...ENTRY, service: 'lines' })).reveal()).toBe(CANARY);
  });

  it.each([['--help'], ['-a'], ['a b'], ['ä/語'], ['$(id)'], ['"']])(
    'keeps apart services and accounts called %j',
    async (name) => {
      await write(`${CANARY} 1`, { service: name, account: 'x' });
      await write(`${CANARY} 2`, { service: 'x', account: name });
      expect((await read({ service: name, account: 'x' })).reveal()).toBe(`${CANARY} 1`);
      expect((await read({ service: 'x', account: name })).reveal()).toBe(`${CANARY} 2`);
    },
  );

  it("takes the user's name where there is no account", async () => {
    await write(CANARY, { service: 'mine', account: 'somebody' });
    expect((await read({ service: 'mine' }, context({ USER: 'somebody' }))).reveal()).toBe(CANARY);
    expect(await failureOf(read({ service: 'mine' }, context({ USER: 'else' })))).toContain(
      'SECRET_NOT_FOUND',
    );
  });

  it('refuses what secret-tool would cut and call a success, and keeps what was there', async () => {
    await write('before');
    expect(await failureOf(write(CANARY.padEnd(8192, 'x')))).toContain(`SECRET_TOO_LARGE: ${WHAT}`);
    expect((await read()).reveal()).toBe('before');
  });

  it.each([
    ['no text', Buffer.from([...Buffer.from(CANARY), 0xff]), 'SECRET_INVALID'],
    ['a NUL', `${CANARY}\0`, 'SECRET_INVALID'],
    ['nothing', '', 'SECRET_EMPTY'],
  ])('refuses %s', async (_, bytes, code) => {
    await keyring.tool(['store', '--label=x', 'service', 'odd', 'account', 'me'], bytes);
    expect(await failureOf(read({ ...ENTRY, service: 'odd' }))).toContain(`${code}: keychain "odd"`);
  });

  it('says that nothing is there', async () => {
    expect(await failureOf(read({ service: 'nobody', account: 'me' }))).toMatch(
      /^SECRET_NOT_FOUND: keychain "nobody" \(account "me"\): there is no such password/,
    );
  });

  it('tells what is locked from what is not there, where secret-tool ends with 1 and no word for both', async () => {
    await write(CANARY);
    await keyring.unlockWith('another password');
    const lookup = ['lookup', 'service', ENTRY.service, 'account', ENTRY.account];
    expect(await keyring.tool(lookup)).toEqual({ exitCode: 1, stdout: Buffer.from('') });
    expect(await failureOf(read())).toContain(`SECRET_DENIED: ${WHAT}: the keychain is locked`);
    expect(await failureOf(write(CANARY))).toContain(`SECRET_DENIED: ${WHAT}: the keychain is locked`);
    expect(await failureOf(read({ service: 'nobody', account: 'me' }))).toContain('SECRET_NOT_FOUND');
  });

  it('says that there is no keychain yet', async () => {
    const fresh = await throwawayHome();
    const without = await startKeyring(fresh, null);
    try {
      const ctx = realContext(fresh, without.env);
      expect(await failureOf(read(ENTRY, ctx))).toContain(`SECRET_NOT_FOUND: ${WHAT}`);
      const told = await failureOf(write(CANARY, ENTRY, ctx));
      expect(told).toContain(`SECRET_DENIED: ${WHAT}: there is no keychain yet`);
    } finally {
      await without.end();
      await fresh.remove();
    }
  });

  it('says that the bus has nobody who keeps secrets', async () => {
    await keyring.stopDaemon();
    expect(await failureOf(read())).toContain(`SECRET_BACKEND_MISSING: ${WHAT}`);
    expect(await failureOf(write(CANARY))).toContain(`SECRET_BACKEND_MISSING: ${WHAT}`);
  });

  it.each([
    ['nobody listens', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }],
    ['its address is empty', { DBUS_SESSION_BUS_ADDRESS: '' }],
    ['its address is none', { DBUS_SESSION_BUS_ADDRESS: 'nonsense' }],
    ['nothing says where', {}],
    ['nobody listens on the display', { DISPLAY: ':4711' }],
  ])('says that there is no session bus: %s', async (_, env) => {
    const ctx = realContext(home, env);
    expect(await failureOf(read(ENTRY, ctx))).toContain(`SECRET_DENIED: ${WHAT}: there is no session bus`);
  });

  it('says the same in whatever language the session speaks', async () => {
    const env = { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de' };
    await keyring.stopDaemon();
    expect(await failureOf(read(ENTRY, context(env)))).toContain('SECRET_BACKEND_MISSING');
  });

  it('does not wait for ever for a keyring that waits for somebody', async () => {
    await write(CANARY);
    keyring.hold(true);
    const waited: number[] = [];
    const told = await failureOf(read(ENTRY, impatient(context(), waited)));
    expect(told).toContain(`SECRET_TIMEOUT: ${WHAT}`);
    expect(waited).toEqual([60_000]);
    keyring.hold(false);
    expect((await read()).reveal()).toBe(CANARY);
  });

  it('has the value in no command line and no environment while it is written', async () => {
    keyring.hold(true);
    const writing = write(CANARY);
    const ours = await seen('secret-tool\0store');
    keyring.hold(false);
    await writing;
    expect(ours).toContain(`--label=mcpform github (me)`);
    expect(ours).not.toContain(CANARY);
    expect((await read()).reveal()).toBe(CANARY);
  });

  it('is diagnosed without asking anybody', async () => {
    await keyring.stopDaemon();
    expect(await backend.diagnose([ENTRY], context())).toEqual({
      check: 'secrets keychain',
      state: 'ok',
      detail: '/usr/bin/secret-tool',
    });
    const alone = realContext(home);
    expect(await backend.diagnose([ENTRY], alone)).toMatchObject({
      state: 'warning',
      detail: '/usr/bin/secret-tool, but there is no session bus',
    });
    expect(await backend.diagnose([], alone)).toMatchObject({ state: 'ok' });
    const bare = context({ PATH: '/nowhere' });
    expect(await backend.diagnose([ENTRY], bare)).toMatchObject({ state: 'failed' });
    expect(await failureOf(read(ENTRY, bare))).toMatch(/^SECRET_BACKEND_MISSING.*libsecret-tools/);
  });
});

/** Command lines and environments of the processes of this home, as soon as one has such a command line. */
async function seen(part: string): Promise<string> {
  const { clock } = context().system;
  for (let attempt = 0; attempt < 100; attempt++) {
    const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const all = await Promise.all(
      ids.map(async (id) => {
        const [line, variables] = await Promise.all(
          ['cmdline', 'environ'].map((name) => readFile(join('/proc', id, name), 'utf8').catch(() => '')),
        );
        return { line: line ?? '', variables: variables ?? '' };
      }),
    );
    const ours = all.filter(({ variables }) => variables.includes(home.folder));
    if (ours.some(({ line }) => line.includes(part))) {
      return ours.map(({ line, variables }) => `${line}\n${variables}`).join('\n');
    }
    await clock.sleep(50);
  }
  throw new Error(`nothing was started that is called "${part}"`);
}
