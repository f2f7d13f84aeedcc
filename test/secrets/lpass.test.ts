import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/lpass/backend.ts';
import { BINARY, type Double, double, impatient, UNUSABLE } from './doubles/double.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { secretHome } from './support/secret-home.ts';

const ENTRY = { name: 'work/github' };
const WHAT = 'LastPass "work/github" (password)';

let lpass: Double;
beforeEach(async () => {
  lpass = await double('lpass-double.mjs', 'programs/lpass');
});
afterEach(() => lpass.remove());

const read = (argument: object = ENTRY) => backend.read({ ...argument }, lpass.home.context());
const write = (text: string, argument: object = ENTRY) =>
  backend.write?.({ ...argument }, new SecretValue(text), lpass.home.context()) ?? expect.fail('no write');

describe('LastPass, with a double of lpass', () => {
  it.each([
    [{ name: 'work/github' }, '--password', 'password'],
    [{ name: 'work/github', field: 'username' }, '--username', 'username'],
    [{ name: '--all', field: 'notes' }, '--notes', 'notes'],
    [{ name: 'work/github', field: 'API KEY' }, '--field=API KEY', 'API KEY'],
  ])('reads %j', async (argument, option, field) => {
    await lpass.tell({ values: { [`${argument.name}#${field}`]: `${CANARY}\ntwo` } });
    expect((await read(argument)).reveal()).toBe(`${CANARY}\ntwo`);
    const args = ['show', '--sync=auto', '--color=never', option, '--', argument.name];
    expect(await lpass.calls()).toMatchObject([{ args, input: '' }]);
  });

  it('hands on where LastPass keeps its things, and no program that asks for passwords', async () => {
    await lpass.tell({ values: { 'work/github#password': CANARY } });
    const env = {
      LPASS_HOME: '/x',
      LPASS_AGENT_TIMEOUT: '0',
      LPASS_ASKPASS: '/evil',
      LPASS_PINENTRY: '/evil',
    };
    await backend.read(ENTRY, lpass.home.context({ env }));
    const [call] = await lpass.calls();
    expect(call?.variables.filter((name) => name.startsWith('LPASS'))).toEqual([
      'LPASS_AGENT_TIMEOUT',
      'LPASS_HOME',
    ]);
  });

  it.each([
    ['logged-out', 'SECRET_DENIED', 'nobody is logged in to LastPass, or it is locked'],
    ['no-session', 'SECRET_DENIED', 'nobody is logged in to LastPass, or it is locked'],
    ['offline', 'SECRET_DENIED', 'nobody is logged in to LastPass, or it is locked'],
    ['askpass', 'SECRET_DENIED', 'nobody is logged in to LastPass, or it is locked'],
    ['not-there', 'SECRET_NOT_FOUND', 'there is no such entry, or it has no such field'],
    ['no-field', 'SECRET_NOT_FOUND', 'there is no such entry, or it has no such field'],
    ['several', 'SECRET_BACKEND_FAILED', 'more than one entry has that name'],
    ['strange', 'SECRET_BACKEND_FAILED', '"lpass" failed'],
  ])('tells "%s" apart, and shows nothing of what lpass printed', async (failure, code, because) => {
    await lpass.tell({ failure });
    expect(await failureOf(read())).toContain(`${code}: ${WHAT}: ${because}`);
  });

  it.each([...UNUSABLE, ['no text', BINARY, 'SECRET_INVALID'] as const])(
    'refuses %s',
    async (_, bytes, code) => {
      await lpass.tell({ values: { 'work/github#password': bytes } });
      expect(await failureOf(read())).toContain(`${code}: ${WHAT}`);
    },
  );

  it('waits a minute for a master password, and no longer', async () => {
    await lpass.tell({ failure: 'hang' });
    const waited: number[] = [];
    const ctx = impatient(lpass.home.context(), waited);
    expect(await failureOf(backend.read(ENTRY, ctx))).toContain(`SECRET_TIMEOUT: ${WHAT}`);
    expect(waited).toEqual([60_000]);
  });

  it.each([['work/github'], [{ field: 'x' }], [{ name: 'x', field: 1 }]])(
    'knows no entry by %j',
    async (argument) => {
      expect(await failureOf(backend.read(argument, lpass.home.context()))).toContain('SECRET_INVALID');
    },
  );

  it('writes the value through stdin, and nowhere else', async () => {
    await lpass.tell({});
    await write(CANARY);
    expect((await read()).reveal()).toBe(CANARY);
    const [call] = await lpass.calls();
    const options = ['--sync=now', '--non-interactive', '--color=never', '--password'];
    expect(call).toMatchObject({ args: ['edit', ...options, '--', 'work/github'], input: `${CANARY}\n` });
    // So that a prompt for the master password never reads the value.
    expect(call?.variables).toContain('LPASS_ASKPASS');
  });

  it('keeps several lines in the notes, and refuses them elsewhere, where lpass drops all but the first', async () => {
    await lpass.tell({});
    const notes = { ...ENTRY, field: 'notes' };
    await write(`${CANARY}\ntwo\nthree`, notes);
    expect((await read(notes)).reveal()).toBe(`${CANARY}\ntwo\nthree`);
    expect(await failureOf(write(`${CANARY}\ntwo`))).toContain('SECRET_INVALID');
    expect(await lpass.calls()).toHaveLength(2);
  });

  it.each([
    ['logged-out', 'SECRET_DENIED'],
    ['askpass', 'SECRET_DENIED'],
    ['not-unique', 'SECRET_BACKEND_FAILED'],
    ['not-a-note', 'SECRET_NOT_WRITABLE'],
    ['readonly', 'SECRET_NOT_WRITABLE'],
    ['strange', 'SECRET_BACKEND_FAILED'],
  ])('says why it cannot write: %s', async (failure, code) => {
    await lpass.tell({ failure });
    expect(await failureOf(write(CANARY))).toContain(`${code}: ${WHAT}`);
  });

  it('is diagnosed by whether it is logged in', async () => {
    const ctx = lpass.home.context();
    await lpass.tell({});
    expect(await backend.diagnose([ENTRY], ctx)).toMatchObject({ check: 'secrets lpass', state: 'ok' });
    await lpass.tell({ failure: 'logged-out' });
    expect(await backend.diagnose([ENTRY], ctx)).toMatchObject({
      state: 'warning',
      hint: 'log in with "lpass login"',
    });
    expect((await lpass.calls()).map(({ args }) => args.join(' '))).toEqual(Array(2).fill('status --quiet'));
  });
});

describe('LastPass, without lpass', () => {
  it('says what to install', async () => {
    const bare = await secretHome();
    const ctx = bare.context({ env: { PATH: bare.programs } });
    try {
      expect(await failureOf(backend.read(ENTRY, ctx))).toMatch(/^SECRET_BACKEND_MISSING.*lastpass-cli/);
      expect(await backend.diagnose([ENTRY], ctx)).toMatchObject({ state: 'failed' });
      expect(await backend.diagnose([], ctx)).toMatchObject({ state: 'ok' });
    } finally {
      await bare.remove();
    }
  });
});
