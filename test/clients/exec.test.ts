import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PROBES, sdkServer } from '../launch/servers.ts';
import { ended, prepared, says, startExec, WAYS } from '../launch/started.ts';
import { makeWorld, placesOf, recordOf, type World } from '../launch/world.ts';
import { MCPFORM } from '../support/mcpform.ts';

let world: World;

beforeAll(async () => {
  world = await makeWorld({
    ...PROBES,
    files: { ...PROBES.files, 'server.mjs': await sdkServer() },
    programs: { ...PROBES.programs, server: { kind: 'node', file: 'server.mjs' } },
  });
});
afterAll(() => world.home.remove());

const tree = (): string => placesOf(recordOf(), world.ctx).store.tree;

describe.each(WAYS.filter(({ isThere }) => isThere))('a server started with $name', (way) => {
  const start = async (bin: string, ...args: string[]) =>
    startExec(world, await prepared(world, bin, { args }), way);

  it('is the main program of its process, with its own arguments, in the folder of the client', async () => {
    const child = await start('facts', 'a', 'b c');
    const { stdout, stderr, code } = await ended(child);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const { argv, execArgv, env, pid, isMain, cwd } = JSON.parse(stdout.toString());
    expect(argv).toEqual([way.node, join(tree(), 'facts.cjs'), 'a', 'b c']);
    expect({ execArgv, isMain, cwd }).toEqual({ execArgv: [], isMain: true, cwd: world.home.project });
    expect(pid === child.pid).toBe(way.isSamePid);
    expect(env).toEqual(world.home.env);
  });

  it('may be an ES module', async () => {
    const { stdout, code } = await ended(await start('facts-esm', 'x'));
    const { argv, file, isMain } = JSON.parse(stdout.toString());
    expect({ code, argv, file }).toEqual({
      code: 0,
      argv: [way.node, join(tree(), 'facts.mjs'), 'x'],
      file: join(tree(), 'facts.mjs'),
    });
    expect([true, null]).toContain(isMain);
  });

  it('speaks the protocol: 10,000 calls of the real SDK, each answered with what it sent', async () => {
    const transport = new StdioClientTransport({
      command: way.node,
      args: [MCPFORM, 'exec', await prepared(world, 'server')],
      env: { ...world.home.env, ...way.env },
      cwd: world.home.project,
      stderr: 'ignore',
    });
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(transport);
    const texts = Array.from({ length: 10_000 }, (_, i) => `${i} ü🙂\n"\\${'x'.repeat(i % 500)}`);
    for (let at = 0; at < texts.length; at += 10) {
      const batch = texts.slice(at, at + 10);
      const call = (text: string) => client.callTool({ name: 'echo', arguments: { text } });
      const answers = await Promise.all(batch.map(call));
      expect(answers.map(({ content }) => content)).toEqual(batch.map((text) => [{ type: 'text', text }]));
    }
    await client.close();
  });

  it('gets and gives 10,000 lines byte for byte', async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => randomBytes(i % 700).toString('base64'));
    const input = Buffer.from(`${lines.join('\n')}\n`);
    const { stdout, code } = await ended(await start('echo'), input);
    expect(code).toBe(0);
    expect(stdout.equals(input)).toBe(true);
  });

  it('gets and gives 64 MiB of anything', async () => {
    const input = randomBytes(64 << 20);
    const { stdout } = await ended(await start('echo'), input);
    const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(sum(stdout)).toBe(sum(input));
  });

  it.each([0, 1, 7, 64, 255])('ends with %i, and so does the launcher', async (code) => {
    expect(await ended(await start('exit', String(code)))).toMatchObject({ code, signal: null });
  });

  it('says itself what it threw', async () => {
    const { code, stdout, stderr } = await ended(await start('throw'));
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Error: of the server');
    expect(stderr).not.toContain('exec.cjs');
  });

  it.each(['SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGINT'] as const)(
    'dies by %s, and so does the launcher',
    async (signal) => {
      expect(await ended(await start('die', signal), null)).toMatchObject({ code: null, signal });
    },
  );

  it('gets the signals that its client sends', async () => {
    const child = await start('signals');
    await says(child, /pid \d+\n/);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH'] as const) {
      const heard = says(child, new RegExp(`${signal}\n`));
      child.kill(signal);
      await heard;
    }
    expect(await ended(child)).toMatchObject({ code: 0, signal: null });
  });

  it('dies by a signal that it does not handle, and so does the launcher', async () => {
    const child = await start('until-end', join(world.home.folder, 'unused'));
    await says(child, /pid \d+\n/);
    const end = ended(child, null);
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('sees the end of its input when the launcher is killed', async () => {
    const note = join(world.home.folder, `ended-${WAYS.indexOf(way)}`);
    const child = await start('until-end', note);
    const [, pid] = await says(child, /pid (\d+)\n/);
    // Our end of the pipe stays open: only the launcher's death can end the input of a server beside it.
    const end = ended(child, null);
    child.kill('SIGKILL');
    expect(Number(pid) === child.pid).toBe(way.isSamePid);
    if (!way.isSamePid) await vi.waitFor(async () => expect(await readFile(note, 'utf8')).toBe('ended'));
    expect(await end).toMatchObject({ signal: 'SIGKILL' });
  });
});
