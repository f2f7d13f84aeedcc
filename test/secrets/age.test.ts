import { generateX25519Identity } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { type SecretContext, SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/age/backend.ts';
import { type Call, type FaultyOptions, faulty } from '../../src/system/faulty.ts';
import { CANARY, failureOf } from './support/failure-of.ts';

/** What real files of age do is in `clients/secrets-age.test.ts`; here, what a disk and other people do. */

const IDENTITY = '/home/ann/.config/mcpform/age/identity.txt';
const FILE = '/srv/token.age';

async function machine(options: FaultyOptions = {}) {
  const identity = await generateX25519Identity();
  const system = faulty({
    ...options,
    tree: {
      '/srv/': '',
      [IDENTITY]: `# created: today\n# public key: age1…\n${identity}\n`,
      ...options.tree,
    },
  });
  await system.files.changeMode(IDENTITY, 0o600);
  const ctx: SecretContext = {
    system,
    home: '/home/ann',
    env: {},
    platform: 'linux',
    signal: new AbortController().signal,
  };
  return { system, ctx };
}

const write = async (value: string, ctx: SecretContext): Promise<void> =>
  backend.write?.({ file: FILE }, new SecretValue(value), ctx);

const read = async (ctx: SecretContext): Promise<string> =>
  (await backend.read({ file: FILE }, ctx)).reveal();

describe('age, on a machine in memory', () => {
  it('writes and reads back, and starts no program', async () => {
    const { system, ctx } = await machine();
    await write(`${CANARY}\nsecond`, ctx);
    expect(await read(ctx)).toBe(`${CANARY}\nsecond`);
    expect((await system.files.read(FILE)).toString()).not.toContain(CANARY);
    expect((await system.files.stat(FILE)).mode & 0o777).toBe(0o600);
    expect(system.calls.filter(({ name }) => name === 'run' || name === 'start')).toEqual([]);
  });

  it.each(['create', 'rename', 'syncFolder'] as const)(
    'leaves what was there, or all of what is new, when %s fails',
    async (name) => {
      let isBroken = false;
      const fault = (call: Call) =>
        isBroken && call.name === name ? ({ kind: 'error', code: 'ENOSPC' } as const) : null;
      const { system, ctx } = await machine({ fault });
      await write('before', ctx);
      isBroken = true;
      expect(await failureOf(write(CANARY, ctx))).toMatch(
        /^SECRET_BACKEND_FAILED: age "\/srv\/token\.age" cannot be written \(ENOSPC\)/,
      );
      isBroken = false;
      expect(await read(ctx)).toBe(name === 'syncFolder' ? CANARY : 'before');
      expect(await system.files.list('/srv')).toEqual(['token.age']);
    },
  );

  it('cannot read a file or an identity that is not ours to read', async () => {
    let hidden = '';
    const fault = ({ name, paths }: Call) =>
      name === 'read' && paths.includes(hidden) ? ({ kind: 'error', code: 'EACCES' } as const) : null;
    const { ctx } = await machine({ fault });
    await write(CANARY, ctx);
    hidden = FILE;
    expect(await failureOf(read(ctx))).toMatch(/^SECRET_DENIED: .* cannot be read \(EACCES\)/);
    hidden = IDENTITY;
    expect(await failureOf(read(ctx))).toMatch(
      /^SECRET_DENIED: .* identity file .* cannot be read \(EACCES\)/,
    );
  });

  it('uses no identity of somebody else', async () => {
    const { system, ctx } = await machine({ identity: { uid: 0 } });
    await write(CANARY, ctx);
    await system.files.changeOwner(IDENTITY, 1234, 1234);
    expect(await failureOf(read(ctx))).toMatch(/^SECRET_UNSAFE: .* belongs to somebody else \(user 1234\)/);
    expect(await failureOf(write('x', ctx))).toMatch(/^SECRET_UNSAFE: /);
    expect(await backend.diagnose([{ file: FILE }], ctx)).toMatchObject({ state: 'failed' });
  });

  it('finds nothing wrong with a machine that has no identity, until somebody asks for one', async () => {
    const { system, ctx } = await machine();
    await system.files.remove(IDENTITY);
    expect(await backend.diagnose([], ctx)).toMatchObject({ state: 'ok' });
    expect(await backend.diagnose([{ file: FILE }], ctx)).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining(IDENTITY),
    });
  });
});
