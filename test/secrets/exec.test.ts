import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretContext } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/exec/backend.ts';
import { TOOL_SESSION, TOOL_SETTINGS } from '../../src/secrets/tool-variables.ts';
import { ManualClock } from '../../src/system/memory.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { type SecretHome, secretHome } from './support/secret-home.ts';

let home: SecretHome;
beforeEach(async () => {
  home = await secretHome();
});
afterEach(() => home.remove());

const failure = (argument: readonly string[], ctx: SecretContext = home.context()): Promise<string> =>
  failureOf(backend.read(argument, ctx));

describe('a secret that a program prints', () => {
  it('is all that it prints, without a final line end', async () => {
    await home.program('token', `printf '%s\\n' "$1" "$2"; echo ${CANARY} >&2`);
    const secret = await backend.read(['token', 'a b', '$HOME'], home.context());
    expect(secret.reveal()).toBe('a b\n$HOME');
  });

  it('may come from a program with an absolute path, in the home folder', async () => {
    const path = await home.file('work/token', '#!/bin/sh\npwd\n', 0o755);
    expect((await backend.read([path], home.context())).reveal()).toBe(home.folder);
  });

  it('may come from the tools of other backends: it gets what says where and who they are', async () => {
    await home.program('token', 'echo "$VAULT_ADDR $VAULT_TOKEN $OP_SESSION_me $GITHUB_TOKEN"');
    const env = { VAULT_ADDR: 'a', VAULT_TOKEN: 'b', OP_SESSION_me: 'c', GITHUB_TOKEN: CANARY };
    expect((await backend.read(['token'], home.context({ env }))).reveal()).toBe('a b c ');
    expect([backend.settings, backend.session]).toEqual([TOOL_SETTINGS, TOOL_SESSION]);
    expect(TOOL_SETTINGS.filter((name) => TOOL_SESSION.includes(name))).toEqual([]);
  });

  it.each<[string, string, string]>([
    [
      'fails',
      `echo ${CANARY}; echo ${CANARY} >&2; exit 3`,
      'SECRET_BACKEND_FAILED: exec "token" ended with exit code 3 (',
    ],
    [
      'is killed',
      `echo ${CANARY}; kill -9 $$`,
      'SECRET_BACKEND_FAILED: exec "token" was ended by a signal (',
    ],
    ['prints nothing', 'true', 'SECRET_EMPTY: exec "token" is empty'],
    ['prints a line end', 'echo', 'SECRET_EMPTY: exec "token" is empty'],
    ['prints no UTF-8', `printf '${CANARY}\\377'`, 'SECRET_INVALID: exec "token" is not UTF-8'],
    ['prints a NUL', `printf '${CANARY}\\000x'`, 'SECRET_INVALID: exec "token" holds a NUL character'],
    [
      'prints too much',
      `head -c 70000 /dev/zero | tr '\\0' x`,
      'SECRET_TOO_LARGE: exec "token" has more than 64 KiB',
    ],
    [
      'prints far too much',
      `while :; do echo ${CANARY}; done`,
      'SECRET_TOO_LARGE: exec "token" is larger than',
    ],
  ])('is refused when the program %s, and what it prints is not told', async (_, script, wanted) => {
    await home.program('token', script);
    expect(await failure(['token'])).toContain(wanted);
  });

  it('is refused when the program does not answer in time', async () => {
    await home.program('token', `echo ${CANARY}; sleep 300`);
    const { system, ...rest } = home.context();
    const ctx = { ...rest, system: { ...system, clock: new ManualClock() } };
    expect(await failure(['token'], ctx)).toBe(
      'SECRET_TIMEOUT: exec "token": "token" did not answer in time (it may wait for you: unlock "token", then try again)',
    );
  });

  it.each(['./token', 'bin/token', '../token', '~/token'])('never comes from "%s"', async (program) => {
    await home.file('token', '#!/bin/sh\ntouch ~/ran\n', 0o755);
    await home.file('bin/token', '#!/bin/sh\ntouch ~/ran\n', 0o755);
    expect(await failure([program])).toBe(
      `SECRET_BACKEND_MISSING: exec "${program}" is a relative path, and commands have no folder (write the absolute path of the program, or a name that is on the PATH)`,
    );
    await expect(readFile(join(home.folder, 'ran'))).rejects.toThrow('ENOENT');
  });

  it('is refused when the program is not there', async () => {
    expect(await failure(['no-such-program'])).toContain(
      'SECRET_BACKEND_MISSING: exec "no-such-program": the program "no-such-program" is not there',
    );
    expect(await failure([''])).toContain('SECRET_BACKEND_MISSING');
  });

  it('says nothing of the arguments, where people paste keys', async () => {
    await home.program('token', 'exit 1');
    expect(await failure(['token', `--key=${CANARY}`])).toContain('exec "token" ended with exit code 1');
  });

  it('cannot be written', () => {
    expect(backend.write).toBeUndefined();
  });

  it('is diagnosed without a start of the program', async () => {
    const token = await home.program('token', 'touch ~/ran');
    const ctx = home.context();
    expect(await backend.diagnose([], ctx)).toMatchObject({ state: 'ok', detail: 'no program is named' });
    expect(
      await backend.diagnose(
        [
          ['token', 'a'],
          ['token', 'b'],
        ],
        ctx,
      ),
    ).toEqual({
      check: 'secrets exec',
      state: 'ok',
      detail: token,
    });
    expect(await backend.diagnose([['token'], ['none', 'a']], ctx)).toMatchObject({
      state: 'failed',
      detail: 'not there: "none"',
      hint: 'install it, or run `mcpform apply` where it is on the PATH',
    });
    expect(await backend.diagnose([['./token']], ctx)).toMatchObject({
      state: 'failed',
      hint: 'write the absolute path of the program, or a name that is on the PATH',
    });
    await expect(readFile(join(home.folder, 'ran'))).rejects.toThrow('ENOENT');
  });
});
