import { describe, expect, it } from 'vitest';
import { setSecret, type WritableSecret, writableSecret } from '../../src/engine/secrets/set-secret.ts';
import { createConceal } from '../../src/formats/conceal.ts';
import type { Context } from '../../src/model/context.ts';
import { McpformError } from '../../src/model/error.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { BACKEND_NAMES, SecretValue } from '../../src/model/secret.ts';
import { loadBackend } from '../../src/secrets/index.ts';

interface Keeper {
  /** What is there; a failure: what reading throws. */
  readonly there: string | McpformError | null;
  /** What becomes of a value that is written. Default: it is kept. */
  readonly kept?: (value: string) => string;
}

/** A backend that keeps one value, as a person's tool would. */
function keeper({ there, kept = (value) => value }: Keeper) {
  let now = there;
  const written: string[] = [];
  const secret: WritableSecret = {
    name: 'token',
    locator: 'pass:token',
    source: { backend: 'pass', argument: 'token' },
    backend: {
      name: 'pass',
      settings: [],
      session: [],
      writeHint: 'write it yourself',
      read: async () => {
        if (now === null) throw new McpformError('SECRET_NOT_FOUND', 'pass "token" is not there');
        if (now instanceof McpformError) throw now;
        return new SecretValue(now);
      },
      write: async (_argument, value) => {
        written.push(value.reveal());
        now = kept(value.reveal());
      },
      diagnose: async () => ({ check: 'secrets pass', state: 'ok', detail: '' }),
    },
  };
  return { secret, written };
}

const conceal = createConceal();
const ctx = { conceal, signal: new AbortController().signal } as unknown as Context;
const CANARY = 'canary-95d0c1aa37';
const value = new SecretValue(CANARY);
const yes = async (): Promise<void> => {};
const no = async (): Promise<void> => {
  throw new McpformError('NOT_APPROVED', 'no');
};

describe('setSecret', () => {
  it.each([
    ['writes what is not there, and asks nobody', null, 'created'],
    ['writes where there is nothing but an empty text', new McpformError('SECRET_EMPTY', 'x'), 'created'],
  ] as const)('%s', async (_what, there, result) => {
    const { secret, written } = keeper({ there });
    expect(await setSecret({ secret, value, assertReplaceable: no }, ctx)).toBe(result);
    expect(written).toEqual([CANARY]);
  });

  it('writes nothing where the very value is there', async () => {
    const { secret, written } = keeper({ there: CANARY });
    expect(await setSecret({ secret, value, assertReplaceable: no }, ctx)).toBe('unchanged');
    expect(written).toEqual([]);
  });

  it.each([
    ['another value', 'another value'],
    ['what is no text', new McpformError('SECRET_INVALID', 'x')],
    ['what is too large', new McpformError('SECRET_TOO_LARGE', 'x')],
  ])('replaces %s only after a yes', async (_what, there) => {
    const refused = keeper({ there });
    await expect(
      setSecret({ secret: refused.secret, value, assertReplaceable: no }, ctx),
    ).rejects.toMatchObject({ code: 'NOT_APPROVED' });
    expect(refused.written).toEqual([]);
    const { secret, written } = keeper({ there });
    expect(await setSecret({ secret, value, assertReplaceable: yes }, ctx)).toBe('replaced');
    expect(written).toEqual([CANARY]);
  });

  it('writes nothing where nobody can tell what is there', async () => {
    const { secret, written } = keeper({ there: new McpformError('SECRET_DENIED', 'locked') });
    await expect(setSecret({ secret, value, assertReplaceable: yes }, ctx)).rejects.toMatchObject({
      code: 'SECRET_DENIED',
    });
    expect(written).toEqual([]);
  });

  it('fails where what can be read is not what was written, and shows neither', async () => {
    const { secret } = keeper({ there: null, kept: (text) => `${text}-cut` });
    const error = await setSecret({ secret, value, assertReplaceable: yes }, ctx).catch((each) => each);
    expect(error).toMatchObject({ code: 'SECRET_BACKEND_FAILED' });
    expect(`${error.message} ${error.hint}`).not.toContain(CANARY);
  });

  it('has every value that it saw concealed from then on', async () => {
    const { secret } = keeper({ there: 'the value before' });
    await setSecret({ secret, value, assertReplaceable: yes }, ctx);
    expect(conceal.conceal(`${CANARY}, the value before`)).not.toMatch(/canary|before/);
  });
});

describe('writableSecret', () => {
  it.each(BACKEND_NAMES)('says of %s how else it is written, or that it is', async (name) => {
    const argument = name === 'exec' ? ['x'] : name === 'dotenv' ? { key: 'X' } : 'X';
    const manifest = { files: ['/repo/mcp.yaml'], secrets: { it: { backend: name, argument } } };
    const asked = writableSecret('it', manifest as unknown as Manifest);
    const { write, writeHint } = await loadBackend(name);
    if (write !== undefined) return expect(asked).resolves.toMatchObject({ name: 'it' });
    await expect(asked).rejects.toMatchObject({ code: 'SECRET_NOT_WRITABLE', hint: writeHint });
  });
});
