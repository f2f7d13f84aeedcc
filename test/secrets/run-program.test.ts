import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_SECRET_BYTES, type SecretContext } from '../../src/model/secret.ts';
import { type ProgramRequest, runProgram } from '../../src/secrets/run-program.ts';
import { toSecretValue } from '../../src/secrets/value.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { idsIn } from './support/processes.ts';
import { type SecretHome, secretHome } from './support/secret-home.ts';

let home: SecretHome;
beforeEach(async () => {
  home = await secretHome();
});
afterEach(() => home.remove());

const run = (request: Partial<ProgramRequest> = {}, ctx: SecretContext = home.context()) =>
  runProgram(
    { program: 'tool', args: [], backend: 'Tool', what: 'tool "a"', variables: [], ...request },
    ctx,
  );
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('a program that keeps secrets', () => {
  it('is run with its arguments as they are, by no shell', async () => {
    await home.program('tool', `for each; do printf '<%s>' "$each"; done`);
    const { exitCode, stdout } = await run({ args: ['$HOME', 'a b', '; id', '', '*', '--x=`id`', 'ä\n'] });
    expect([exitCode, text(stdout)]).toEqual([0, '<$HOME><a b><; id><><*><--x=`id`><ä\n>']);
  });

  it('runs in the home folder, wherever we are', async () => {
    await home.program('tool', 'pwd');
    expect(text((await run()).stdout)).toBe(`${home.folder}\n`);
  });

  it('has of the environment what is listed and what every program needs, no more', async () => {
    await home.program('tool', '/usr/bin/env -0');
    const env = {
      A: 'a',
      B: 'b',
      OP_SESSION_x: 's',
      OP_SESSION: 'no',
      LD_PRELOAD: '',
      NODE_OPTIONS: '',
      TZ: 'UTC',
    };
    const { stdout } = await run(
      { variables: ['A', 'MISSING', 'OP_SESSION_*'], env: { SET: 'set' } },
      home.context({ env }),
    );
    const names = text(stdout)
      .split('\0')
      .filter(Boolean)
      .map((line) => line.split('=')[0] as string)
      // What a shell sets for itself.
      .filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name));
    expect(names.sort()).toEqual(
      ['A', 'HOME', 'OP_SESSION_x', 'PATH', 'SET', 'TZ'].concat([
        'XDG_CACHE_HOME',
        'XDG_CONFIG_HOME',
        'XDG_DATA_HOME',
        'XDG_STATE_HOME',
      ]),
    );
  });

  it('gets what is set in any case, whatever the environment has', async () => {
    await home.program('tool', 'echo "$A"');
    const ctx = home.context({ env: { A: 'theirs' } });
    expect(text((await run({ variables: ['A'], env: { A: 'ours' } }, ctx)).stdout)).toBe('ours\n');
  });

  it('has only absolute folders in its PATH', async () => {
    await home.program('tool', 'echo "$PATH"');
    const PATH = ['', '.', 'node_modules/.bin', home.programs, '/usr/bin', '/bin', '../x'].join(delimiter);
    const { stdout } = await run({}, home.context({ env: { PATH } }));
    expect(text(stdout)).toBe(`${home.programs}:/usr/bin:/bin\n`);
  });

  it('gets a value through its stdin, to the last byte, and never as an argument', async () => {
    await home.program('tool', 'tr "\\0" " " < /proc/$$/cmdline > ~/line; cat');
    const input = `${CANARY}\n${'ä'.repeat(MAX_SECRET_BYTES / 2)}`;
    expect(text((await run({ input })).stdout)).toBe(input);
    expect(await readFile(join(home.folder, 'line'), 'utf8')).not.toContain(CANARY);
  });

  it('may leave its stdin unread', async () => {
    await home.program('tool', 'exec 0<&-; echo done');
    expect(text((await run({ input: CANARY.repeat(10_000) })).stdout)).toBe('done\n');
  });

  it('meets the end of its stdin when nothing is for it, and does not wait', async () => {
    await home.program('tool', 'cat; echo end');
    expect(text((await run()).stdout)).toBe('end\n');
  });

  it('tells how it ended: the caller judges', async () => {
    await home.program('tool', 'echo out; echo err >&2; exit 7');
    expect(await run()).toMatchObject({ exitCode: 7, stderr: 'err\n' });
    await home.program('tool', 'kill -9 $$');
    expect(await run()).toMatchObject({ exitCode: null, stderr: '' });
  });

  it('may print on stderr without end', async () => {
    await home.program('tool', 'head -c 3000000 /dev/zero >&2; echo done');
    const { stdout, stderr } = await run();
    expect(text(stdout)).toBe('done\n');
    expect(stderr.length).toBeLessThan(MAX_SECRET_BYTES * 3);
  });

  it('may print what is not UTF-8, which is no secret', async () => {
    await home.program('tool', `printf '${CANARY}\\377\\376'; printf '\\377' >&2`);
    const { stdout } = await run();
    expect(stdout.at(-1)).toBe(0xfe);
    const value = Promise.resolve().then(() => toSecretValue(stdout, 'tool "a"'));
    expect(await failureOf(value)).toContain('SECRET_INVALID: tool "a" is not UTF-8');
  });

  it('is not waited for by those that it leaves behind with its output in their hands', async () => {
    await home.program('tool', 'sleep 300 & echo $! > ~/ids; echo done');
    expect(text((await run({ timeoutMs: 20_000 })).stdout)).toBe('done\n');
    const [id] = await idsIn(home, 1);
    process.kill(id!, 'SIGKILL');
  });
});
