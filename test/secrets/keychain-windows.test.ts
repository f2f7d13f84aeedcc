import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SecretContext, SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/keychain/backend.ts';
import { type Double, double, impatient } from './doubles/double.ts';
import { CANARY, failureOf } from './support/failure-of.ts';

const ENTRY = { service: "mcp'; github\n$(x)", account: 'mé' };
const WHAT = `keychain "${ENTRY.service}" (account "mé")`;
const KEY = `${ENTRY.service}#${ENTRY.account}`;
const PROGRAM = 'windows/System32/WindowsPowerShell/v1.0/powershell.exe';

let powershell: Double;
let ctx: SecretContext;
beforeEach(async () => {
  powershell = await double('powershell-double.mjs', PROGRAM);
  const env = { SystemRoot: join(powershell.home.folder, 'windows'), USERNAME: 'mé', PSModulePath: '/evil' };
  ctx = { ...powershell.home.context({ env }), platform: 'win32' };
});
afterEach(() => powershell.remove());

const read = (argument: object = ENTRY) => backend.read({ ...argument }, ctx);
const write = (text: string) => backend.write?.(ENTRY, new SecretValue(text), ctx) ?? expect.fail('no write');
const wide = (text: string) => Buffer.from(text, 'utf16le');

describe('the Windows Credential Manager, with a double of PowerShell', () => {
  it.each([
    ["UTF-16, as Windows' own tools write it", wide(`${CANARY}\ntwo ä`), `${CANARY}\ntwo ä`],
    ['UTF-8', Buffer.from(`${CANARY} ä`), `${CANARY} ä`],
    ['a final line end, which is dropped', wide(`${CANARY}\r\n`), CANARY],
  ])('reads %s', async (_, blob, text) => {
    await powershell.tell({ values: { [KEY]: blob } });
    expect((await read()).reveal()).toBe(text);
  });

  it('runs the same script whatever is asked; names and values are lines in base64 on its stdin', async () => {
    await powershell.tell({});
    await write(CANARY);
    await read();
    const [written, checked, again] = await powershell.calls();
    expect(written?.args).toEqual(checked?.args);
    expect(again?.args).toEqual(checked?.args);
    const base64 = (bytes: Buffer) => bytes.toString('base64');
    const names = [base64(Buffer.from(ENTRY.service)), base64(Buffer.from(ENTRY.account))];
    expect(written?.input).toBe(`${['write', ...names, base64(wide(CANARY))].join('\r\n')}\r\n`);
    expect(again?.input).toBe(`${['read', ...names].join('\r\n')}\r\n`);
    expect(written?.variables).toContain('SystemRoot');
    expect(written?.variables).not.toContain('PSModulePath');
  });

  it('fits in the longest command line that Windows takes', async () => {
    await powershell.tell({ values: { [KEY]: CANARY } });
    await read();
    const [call] = await powershell.calls();
    expect(call?.args.join(' ').length).toBeLessThan(32_000);
  });

  it("takes the user's name where there is no account", async () => {
    await powershell.tell({ values: { [KEY]: CANARY } });
    expect((await read({ service: ENTRY.service })).reveal()).toBe(CANARY);
  });

  it.each([
    ['no-session', 'SECRET_DENIED', 'Windows does not let this session in (error 1312)'],
    ['denied', 'SECRET_DENIED', 'Windows does not let this session in (error 5)'],
    ['strange', 'SECRET_BACKEND_FAILED', 'the Windows Credential Manager failed (error 87)'],
    ['broken', 'SECRET_BACKEND_FAILED', 'the Windows Credential Manager failed'],
    ['garbage', 'SECRET_BACKEND_FAILED', 'the Windows Credential Manager failed'],
  ])(
    'tells "%s" apart, reading and writing, and shows nothing of what was printed',
    async (failure, code, because) => {
      await powershell.tell({ failure });
      expect(await failureOf(read())).toContain(`${code}: ${WHAT}: ${because}`);
      expect(await failureOf(write(CANARY))).toContain(`${code}: ${WHAT}: ${because}`);
    },
  );

  it('says that nothing is there', async () => {
    await powershell.tell({});
    expect(await failureOf(read())).toContain(`SECRET_NOT_FOUND: ${WHAT}`);
  });

  it.each([
    ['nothing', Buffer.from(''), 'SECRET_EMPTY'],
    ['a NUL', wide(`${CANARY}\0`), 'SECRET_INVALID'],
    ['no text', Buffer.from([...Buffer.from(CANARY), 0xff, 0xfe, 0x80]), 'SECRET_INVALID'],
  ])('refuses %s', async (_, blob, code) => {
    await powershell.tell({ values: { [KEY]: blob } });
    expect(await failureOf(read())).toContain(`${code}: ${WHAT}`);
  });

  it('refuses what a credential cannot hold, before PowerShell is started', async () => {
    await powershell.tell({});
    await write('x'.repeat(1280));
    const before = (await powershell.calls()).length;
    expect(await failureOf(write(`${CANARY}${'x'.repeat(1280)}`))).toContain(`SECRET_TOO_LARGE: ${WHAT}`);
    expect(await powershell.calls()).toHaveLength(before);
  });

  it('does not wait for ever', async () => {
    await powershell.tell({ failure: 'hang' });
    expect(await failureOf(backend.read(ENTRY, impatient(ctx)))).toContain(`SECRET_TIMEOUT: ${WHAT}`);
  });

  it('is diagnosed without being started, and found by its place alone', async () => {
    expect(await backend.diagnose([ENTRY], ctx)).toMatchObject({
      state: 'ok',
      detail: join(powershell.home.folder, PROGRAM),
    });
    const elsewhere = { ...ctx, env: { ...ctx.env, SystemRoot: '/nowhere' } };
    expect(await backend.diagnose([ENTRY], elsewhere)).toMatchObject({ state: 'failed' });
    expect(await failureOf(backend.read(ENTRY, elsewhere))).toContain('SECRET_BACKEND_MISSING');
    expect(await powershell.calls()).toEqual([]);
  });
});
