import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { filesWith } from '../cli/stage.ts';
import { PROBES } from '../launch/servers.ts';
import { ended, says, startExec, WAYS } from '../launch/started.ts';
import { approved, commandRecord, headersRecord, packageRecord, put } from '../launch/with-secrets.ts';
import { makeWorld, type World } from '../launch/world.ts';
import { MCPFORM } from '../support/mcpform.ts';
import { CANARY } from '../support/secret-canary.ts';

const LINES = `${CANARY}\nsecond line\n\nfourth "line" \${HOME}`;
const FACTS = `#!/usr/bin/env node
const { argv, env, pid, cwd } = process;
process.stdout.write(JSON.stringify({ argv, env, pid, cwd: cwd() }));
`;

let world: World;
let token: { backend: 'file'; argument: string };
let lines: { backend: 'file'; argument: string };
let facts: string;

beforeAll(async () => {
  world = await makeWorld(PROBES);
  token = { backend: 'file', argument: await put(world, 'secrets/token', `${CANARY}\n`) };
  lines = { backend: 'file', argument: await put(world, 'secrets/lines', `${LINES}\n`) };
  facts = await put(world, 'bin/facts', FACTS, 0o755);
});
afterAll(() => world.home.remove());

const program = async (name: string, script: string) => ({
  backend: 'exec' as const,
  argument: [await put(world, `bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755)],
});
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe.each(WAYS.filter(({ isThere }) => isThere))('a server with secrets, started with $name', (way) => {
  it('of a package has them in its variables, and nowhere else', async () => {
    const record = packageRecord(
      'facts',
      { token, lines },
      {
        args: ['a', [{ env: 'ARG' }]],
        env: {
          TOKEN: [{ secret: 'token' }],
          MIXED: ['a-', { secret: 'token' }, '-', { env: 'MINE', default: 'd' }, '-', { env: 'ARG' }],
          LINES: [{ secret: 'lines' }],
        },
      },
    );
    const id = await approved(world, record);
    const env = { ...way.env, ARG: 'b', TOKEN: 'of the client' };
    const child = startExec(world, id, { env, node: way.node });
    const { stdout, stderr, code } = await ended(child);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const said = JSON.parse(stdout.toString());
    expect(said.argv.slice(2)).toEqual(['a', 'b']);
    expect(said.pid === child.pid).toBe(way.isSamePid);
    expect(said).toMatchObject({ isMain: true, cwd: world.home.project, execArgv: [] });
    expect(said.env).toEqual({
      ...world.home.env,
      ARG: 'b',
      TOKEN: CANARY,
      MIXED: `a-${CANARY}-d-b`,
      LINES,
    });
  });

  it('that is a command has them too, and nothing that decides code', async () => {
    const record = commandRecord(facts, { token }, { args: ['--x', ['y', { env: 'ARG' }]] });
    const id = await approved(world, record);
    const evil = { NODE_OPTIONS: '--no-warnings', BASH_ENV: '/evil', PYTHONPATH: '/evil', LD_AUDIT: '' };
    const child = startExec(world, id, { env: { ...evil, ARG: 'b' }, node: way.node });
    const { stdout, stderr, code } = await ended(child);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const said = JSON.parse(stdout.toString());
    expect(said.argv.slice(1)).toEqual([facts, '--x', 'yb']);
    expect(said.cwd).toBe(world.home.project);
    expect(said.env).toEqual({ ...world.home.env, ARG: 'b', TOKEN: CANARY });
  });

  it('gets every byte that its client said while somebody unlocked something', async () => {
    const slow = await program('slow', `sleep 2.5; echo ${CANARY}`);
    const id = await approved(world, packageRecord('echo', { slow }));
    const child = startExec(world, id, { node: way.node, env: way.env });
    const text = Array.from({ length: 500 }, (_, at) => `{"id":${at},"x":"${'é'.repeat(at)}"}\n`).join('');
    const end = ended(child, null);
    child.stdin?.write(text.slice(0, 1000));
    setTimeout(() => child.stdin?.write(text.slice(1000, 60_000)), 1900);
    await says(child, /"id":5,/);
    child.stdin?.end(text.slice(60_000));
    const { code, stdout } = await end;
    expect(code).toBe(0);
    expect(stdout.toString() === text).toBe(true);
  });

  it('ends as it ends: its exit code, and a signal', async () => {
    const exit = await approved(world, packageRecord('exit', { token }, { args: ['7'] }));
    expect(await ended(startExec(world, exit, way))).toMatchObject({ code: 7, signal: null, stderr: '' });
    const die = await approved(world, packageRecord('die', { token }, { args: ['SIGTERM'] }));
    expect(await ended(startExec(world, die, way))).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  });
});

describe('what is asked for', () => {
  it('is asked for all at once', async () => {
    const source = await program('second', 'sleep 1; echo x');
    const names = ['a', 'b', 'c', 'd'];
    const secrets = Object.fromEntries(
      names.map((name) => [name, { ...source, argument: [...source.argument, name] }]),
    );
    const id = await approved(world, packageRecord('exit', secrets));
    const begin = performance.now();
    expect(await ended(startExec(world, id))).toMatchObject({ code: 0 });
    expect(performance.now() - begin).toBeLessThan(3500);
  });

  it.each([
    ['is not there', () => rm(token.argument), 'SECRET_NOT_FOUND', 'is not there'],
    ['may be read by others', () => put(world, 'secrets/token', CANARY, 0o644), 'SECRET_UNSAFE', 'chmod'],
    ['is not UTF-8', () => put(world, 'secrets/token', '\0'), 'SECRET_INVALID', 'NUL'],
  ])('stops the server when it %s, and the failure names it', async (_what, edit, code, words) => {
    const id = await approved(world, packageRecord('facts', { token }));
    try {
      await edit();
      const end = await ended(startExec(world, id));
      expect(end).toMatchObject({ code: 1, signal: null });
      expect(end.stdout.toString()).toBe('');
      const said = end.stderr.replaceAll(/\s+/g, ' ');
      expect(said).toContain(`error[${code}]: secret "token": file "${token.argument}"`);
      expect(said).toContain(words);
      expect(said).toContain('hint: ');
      expect(said).not.toContain(CANARY);
    } finally {
      await put(world, 'secrets/token', `${CANARY}\n`);
    }
  });

  it('is not shown when the program cannot be started, or a variable is missing', async () => {
    const gone = await put(world, 'bin/gone', '#!/bin/sh\n', 0o755);
    const missing = commandRecord(gone, { token }, { args: [[{ env: 'NOBODY' }]] });
    const first = await ended(startExec(world, await approved(world, missing)));
    expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining('error[LAUNCH_VARIABLE]') });
    const id = await approved(world, commandRecord(gone, { token }));
    await rm(gone);
    const second = await ended(startExec(world, id));
    expect(second.stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /error\[LAUNCH_PROGRAM\]: ".*bin\/gone" cannot be started: it is not there.*mcpform apply/,
    );
    for (const { stdout, stderr } of [first, second]) expect(stdout + stderr).not.toContain(CANARY);
  });
});

describe('a backend that waits', () => {
  const waiting = async (name: string) => {
    const pids = join(world.home.folder, `${name}.pids`);
    await rm(pids, { force: true });
    const script = `sleep 60 & echo "$$ $!" > ${pids}.tmp; mv ${pids}.tmp ${pids}; wait`;
    const id = await approved(world, packageRecord('facts', { waits: await program(name, script) }));
    const asked = async (): Promise<readonly number[]> =>
      await vi.waitFor(async () => (await readFile(pids, 'utf8')).trim().split(' ').map(Number), 10_000);
    return { id, asked };
  };
  const gone = async (pids: readonly number[]): Promise<void> => {
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), 5000);
  };

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends with its client, that sends %s', async (signal) => {
    const { id, asked } = await waiting(`waits-${signal}`);
    const child = startExec(world, id);
    const pids = await asked();
    expect(pids.filter(isAlive)).toEqual(pids);
    child.kill(signal);
    const end = await ended(child, null);
    expect(end).toMatchObject({ code: null, signal, stderr: '' });
    await gone(pids);
  });

  it('ends with its client, that closes its input', async () => {
    const { id, asked } = await waiting('waits-input');
    const child = startExec(world, id);
    const pids = await asked();
    const end = await ended(child, '{"hello":1}\n');
    expect(end.code).toBe(1);
    expect(end.stdout.toString()).toBe('');
    expect(end.stderr).toContain('error[SECRET_TIMEOUT]: the client closed the input');
    await gone(pids);
  });

  it('ends with its client, that is killed and leaves its input open', async () => {
    const { id, asked } = await waiting('waits-killed');
    const line = `"$0" "$1" exec ${id} </dev/zero & wait`;
    const parent = spawn('/bin/sh', ['-c', line, process.execPath, MCPFORM], {
      cwd: world.home.project,
      env: world.home.env,
      stdio: 'ignore',
    });
    const pids = await asked();
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await gone(pids);
  });
});

describe('headers', () => {
  const url = 'https://api.example.com/mcp';
  const ask = (id: string, asked: string | undefined) =>
    startExec(world, id, { env: { CLAUDE_CODE_MCP_SERVER_URL: asked, CLAUDE_CODE_MCP_SERVER_NAME: 'api' } });

  it('are printed as one JSON object for the URL they were approved for', async () => {
    const id = await approved(world, headersRecord(url, { token }));
    const { code, stdout, stderr } = await ended(ask(id, url), null);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.toString()).toBe(`${JSON.stringify({ 'X-token': `Bearer ${CANARY}` })}\n`);
  });

  it.each([
    ['another host', 'https://evil.example.com/mcp'],
    ['another path', 'https://api.example.com/other'],
    ['a path below', 'https://api.example.com/mcp/x'],
    ['another scheme', 'http://api.example.com/mcp'],
    ['another port', 'https://api.example.com:8443/mcp'],
    ['somebody in it', 'https://api.example.com@evil.example.com/mcp'],
    ['a name in it', 'https://me@api.example.com/mcp'],
    ['a query', 'https://api.example.com/mcp?to=evil'],
    ['a slash more', 'https://api.example.com/mcp/'],
    ['nothing', undefined],
    ['an empty text', ''],
  ])('are refused for %s', async (_what, asked) => {
    const id = await approved(world, headersRecord(url, { token }));
    const { code, stdout, stderr } = await ended(ask(id, asked));
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[SECRET_NOT_GRANTED]: the headers of "api" are for');
    expect(stderr).not.toContain(CANARY);
  });

  it('are not printed with a line break', async () => {
    const id = await approved(world, headersRecord(url, { lines }));
    const { code, stdout, stderr } = await ended(ask(id, url));
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[SECRET_INVALID]: server "api": header "X-lines"');
    expect(stderr).not.toContain(CANARY);
  });

  it('are not printed to a terminal', async () => {
    const id = await approved(world, headersRecord(url, { token }));
    const line = `CLAUDE_CODE_MCP_SERVER_URL=${url} "${process.execPath}" "${MCPFORM}" exec ${id}`;
    const child = spawn('/usr/bin/script', ['-qec', line, '/dev/null'], {
      cwd: world.home.project,
      env: world.home.env,
      stdio: 'pipe',
    });
    const { code, stdout } = await ended(child);
    expect(code).toBe(1);
    expect(stdout.toString()).toContain('error[SECRET_EXPOSED]');
    expect(stdout.toString()).not.toContain(CANARY);
  });
});

it('never shows a value to other users: no command line, no file', async () => {
  const slow = await program('slow-canary', `sleep 0.5; cat ${token.argument}`);
  const record = packageRecord('signals', { token, slow });
  const child = startExec(world, await approved(world, record));
  const seen: string[] = [];
  const looking = setInterval(() => seen.push(...commandLines()), 20);
  await says(child, /pid/);
  const { code, stderr, stdout } = await ended(child);
  clearInterval(looking);
  expect(code).toBe(0);
  expect(seen.some((line) => line.includes('slow-canary'))).toBe(true);
  expect(seen.filter((line) => line.includes(CANARY))).toEqual([]);
  expect(stderr + stdout).not.toContain(CANARY);
  const own = ['secrets/token', 'secrets/lines'];
  const holders = (await filesWith(world.home.folder, CANARY)).filter((path) => !path.startsWith('bin/'));
  expect([...holders].sort()).toEqual(own.sort());
});

function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        return [];
      }
    });
}
