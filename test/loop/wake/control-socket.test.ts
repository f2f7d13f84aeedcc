import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoopState, PassReport, Wake } from '../../../src/loop/model.ts';
import { askLoop } from '../../../src/loop/wake/ask-loop.ts';
import { type ControlSocket, controlSocket } from '../../../src/loop/wake/control-socket.ts';
import type { Context } from '../../../src/model/context.ts';
import { realContext } from '../../support/real-context.ts';
import { run } from '../../support/run.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';

const report = (number: number): PassReport =>
  ({ number, wakes: [], result: 'in-sync' }) as unknown as PassReport;
const state = { formatVersion: 1, passes: 7 } as unknown as LoopState;

describe('the socket of a loop', () => {
  let home: Home;
  let ctx: Context;
  let books: string;
  let socket: string;
  let wakes: Wake[];
  const open: { close(): unknown }[] = [];
  beforeEach(async () => {
    home = await throwawayHome();
    ctx = realContext(home, { XDG_RUNTIME_DIR: home.folder });
    books = join(home.folder, 'state/tools');
    socket = join(books, 'loop/control.sock');
    wakes = [];
  });
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
    await home.remove();
  });

  async function begin(): Promise<ControlSocket> {
    const control = controlSocket(books, () => state, ctx);
    open.push(control);
    await control.start((wake) => wakes.push(wake));
    return control;
  }

  async function raw(): Promise<Socket> {
    const dialled = connect({ path: socket });
    dialled.on('error', () => undefined);
    open.push({ close: () => dialled.destroy() });
    await once(dialled, 'connect');
    return dialled;
  }

  const ask = (timeoutMs: number | null = 10_000, from: Context = ctx) =>
    askLoop(books, { request: 'pass', timeoutMs }, from);
  const status = () => askLoop(books, { request: 'status', timeoutMs: 10_000 }, ctx);
  const idOf = (wake: Wake | undefined): string => (wake?.kind === 'request' ? wake.id : '');

  it('is nobody else’s, and gone when the loop ends', async () => {
    const control = await begin();
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(socket))).mode & 0o777).toBe(0o700);
    await control.close();
    await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(ask()).rejects.toMatchObject({ code: 'LOOP_NOT_RUNNING' });
  });

  it('tells how things are', async () => {
    await begin();
    expect(await status()).toEqual(state);
  });

  it('wakes for each request, and answers it when that very one is done', async () => {
    const control = await begin();
    const answers: number[] = [];
    const [first, second] = [ask(), ask()].map(async (asked) => answers.push((await asked).number));
    await expect.poll(() => wakes.length).toBe(2);
    expect(new Set(wakes.map(idOf)).size).toBe(2);
    control.answer(idOf(wakes[0]), report(1));
    await Promise.race([first, second]);
    await wait(50);
    expect(answers).toEqual([1]);
    control.answer(idOf(wakes[1]), report(2));
    control.answer(idOf(wakes[1]), report(3));
    control.answer('nobody', report(4));
    await Promise.all([first, second]);
    expect(answers).toEqual([1, 2]);
  });

  it('lets the client say how long it waits, and stop waiting', async () => {
    const control = await begin();
    await expect(ask(50)).rejects.toMatchObject({
      code: 'LOOP_NO_ANSWER',
      message: 'the loop did not answer within 0.05 s',
    });
    const interrupt = new AbortController();
    const asked = ask(null, { ...ctx, signal: interrupt.signal });
    await expect.poll(() => wakes.length).toBe(2);
    const reason = new Error('interrupted');
    interrupt.abort(reason);
    await expect(asked).rejects.toBe(reason);
    control.answer(idOf(wakes[0]), report(1));
    expect(await status()).toEqual(state);
  });

  it('tells those who wait when the loop ends', async () => {
    const control = await begin();
    const asked = ask(null);
    await expect.poll(() => wakes.length).toBe(1);
    await Promise.all([
      expect(asked).rejects.toMatchObject({
        code: 'LOOP_NO_ANSWER',
        message: /^the loop did not: the loop ends|^the loop ended/,
      }),
      control.close(),
    ]);
  });

  it('takes the place of a loop that was killed, not of one that lives', async () => {
    const script = `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await mkdir(dirname(socket), { recursive: true });
    await run(process.execPath, ['-e', script], { cwd: home.folder, env: home.env });
    expect((await stat(socket)).isSocket()).toBe(true);
    await expect(ask()).rejects.toMatchObject({ code: 'LOOP_NOT_RUNNING' });
    await begin();
    await expect(begin()).rejects.toMatchObject({ code: 'LOOP_SOCKET' });
    expect(await status()).toEqual(state);
  });

  it('leaves alone what is no socket', async () => {
    await mkdir(dirname(socket), { recursive: true });
    await writeFile(socket, 'mine');
    await expect(begin()).rejects.toMatchObject({ code: 'LOOP_SOCKET' });
    expect(await readFile(socket, 'utf8')).toBe('mine');
  });

  it('refuses garbage, and goes on', async () => {
    await begin();
    for (const text of [
      '\n',
      'pass\n',
      '[]\n',
      '{"request":"apply"}\n',
      '{"request":["pass"]}\n',
      '\0\xff\n',
    ]) {
      const dialled = await raw();
      dialled.setEncoding('utf8');
      dialled.write(text);
      const [answer] = (await once(dialled, 'data')) as [string];
      expect(JSON.parse(answer)).toMatchObject({ answer: 'refused' });
      await once(dialled, 'close');
    }
    const endless = await raw();
    const timer = setInterval(() => endless.write('x'.repeat(100_000)), 1);
    await new Promise((resolve) => endless.once('close', resolve));
    clearInterval(timer);
    expect(await status()).toEqual(state);
    expect(wakes).toEqual([]);
  });

  it('ends a connection that asks without end', async () => {
    await begin();
    const dialled = await raw();
    dialled.resume();
    dialled.write('{"request":"pass"}\n'.repeat(5_000));
    await new Promise((resolve) => dialled.once('close', resolve));
    expect(wakes.length).toBe(100);
    expect(await status()).toEqual(state);
  });

  it('is still there for others after a thousand connections that say nothing', async () => {
    await begin();
    const crowd: Socket[] = [];
    for (let n = 0; n < 1_000; n++) {
      const dialled = connect({ path: socket });
      dialled.on('error', () => undefined);
      crowd.push(dialled);
    }
    await wait(200);
    for (const dialled of crowd) dialled.destroy();
    await expect.poll(() => status().catch(() => null)).toEqual(state);
    const half = await raw();
    half.write('{"request":');
    expect(await status()).toEqual(state);
  });

  describe('in books with a long path', () => {
    beforeEach(() => {
      books = join(home.folder, 'a-long-name-of-a-folder'.repeat(5), 'tools');
      socket = join(books, 'loop/control.sock');
    });
    const pointer = () => join(books, 'loop/control.path');
    const short = async () => (await readFile(pointer(), 'utf8')).trim();

    it('is in a short folder that is ours alone, and leaves nothing', async () => {
      await mkdir(dirname(pointer()), { recursive: true });
      const control = await begin();
      const path = await short();
      expect(Buffer.byteLength(path)).toBeLessThanOrEqual(103);
      expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await stat(pointer())).mode & 0o777).toBe(0o600);
      expect(await status()).toEqual(state);
      await expect(begin()).rejects.toMatchObject({ code: 'LOOP_SOCKET' });
      expect(await status()).toEqual(state);
      await control.close();
      await expect(stat(dirname(path))).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(ask()).rejects.toMatchObject({ code: 'LOOP_NOT_RUNNING' });
    });

    it('is not believed to be where others may write', async () => {
      await mkdir(dirname(pointer()), { recursive: true });
      const trap = join(home.folder, 'trap');
      await mkdir(trap);
      await chmod(trap, 0o777);
      const server = createServer().listen(join(trap, 's'));
      open.push({ close: () => server.close() });
      await once(server, 'listening');
      await writeFile(pointer(), `${join(trap, 's')}\n`);
      await expect(ask()).rejects.toMatchObject({ code: 'LOOP_SOCKET' });
      await symlink(trap, join(home.folder, 'linked'));
      await writeFile(pointer(), `${join(home.folder, 'linked/s')}\n`);
      await expect(ask()).rejects.toMatchObject({ code: 'LOOP_SOCKET' });
    });
  });
});
