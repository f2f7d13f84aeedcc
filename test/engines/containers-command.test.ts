import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { start } from '../cli/child.ts';
import { onTerminal } from '../cli/pseudo-terminal.ts';
import { violations } from '../cli/schemas.ts';
import { requireEngine, startEngine } from '../support/engine.ts';
import { requireImages } from '../support/mcp-image.ts';
import { MCPFORM } from '../support/mcpform.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

const kind = { version: 'debian', store: 'overlay2' } as const;
/** The server makes what looks like a token, as no manifest may hold one. */
const SCRIPT =
  't=a1B2; t=$t$t$t; t=ghp_$t$t$t; echo one; sleep 0.1; echo "two TOKEN=$t" >&2; sleep 0.1; printf "\\033[1mthree\\033[0m\\n"; while :; do echo tick; sleep 0.2; done';

/** `logs` and `stats` as people use them: at a prompt, in a pipe, for another program. */
describe.runIf(requireEngine(kind) && requireImages())('a stack with containers', () => {
  let world: StackWorld;

  beforeAll(async () => {
    world = await makeStackWorld(() => startEngine(kind));
    const { tagged: image } = world.busybox;
    await world.write({
      servers: {
        web: {
          ...{ image, transport: 'http', port: 80, entrypoint: ['sh', '-c'], args: [SCRIPT] },
          ...{ health: { disabled: true }, resources: { memory: '64Mi', cpus: 0.5 } },
        },
        chat: { image, entrypoint: ['sh', '-c'], args: ['echo hello >&2; cat'] },
        open: {
          image,
          entrypoint: ['sh', '-c'],
          args: ['echo hello >&2; cat'],
          logging: { driver: 'local' },
        },
        local: { command: 'true' },
      },
    });
    await world.expectExit(0, ['lock']);
    await world.expectExit(0, ['apply', '--auto-approve', '--no-settle']);
  }, 300_000);
  afterAll(async () => await world?.remove());

  /** Starts a server over stdio as its client would; ends it with its input. */
  async function talkTo(server: string): Promise<{ end: () => Promise<void> }> {
    const { mcpServers } = JSON.parse(await readFile(join(world.home.folder, '.claude.json'), 'utf8'));
    const { command, args } = mcpServers[server];
    const child = spawn(command, args, { cwd: world.home.project, env: world.env, stdio: 'pipe' });
    const ended = new Promise<void>((done) => child.once('close', () => done()));
    await new Promise<void>((done) => child.stderr.once('data', () => done()));
    return {
      end: async () => {
        child.stdin.end();
        await ended;
      },
    };
  }

  const onScreen = (): Readonly<Record<string, string>> => ({ ...world.env, TERM: 'xterm' });

  function parse(stdout: string): readonly Event[] {
    const events = stdout
      .trim()
      .split('\n')
      .map((line): Event => JSON.parse(line));
    expect(events.flatMap((event) => violations('event', event))).toEqual([]);
    return events.slice(1);
  }

  it('shows what a server wrote, without what looks like a credential', async () => {
    const { stdout, stderr } = await world.expectExit(0, ['logs', 'web', '--tail', 'all']);
    expect(stdout.split('\n').slice(0, 4)).toEqual(['one', `two TOKEN=${'*'.repeat(40)}`, 'three', 'tick']);
    expect(stderr).toBe('');
    const few = await world.expectExit(0, ['logs', 'web', '--tail', '1', '--timestamps']);
    expect(few.stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z tick\n$/);
    const some = await world.expectExit(0, ['logs', 'web', '--grep', '^t(wo|hree)', '--since', '1h']);
    expect(some.stdout.split('\n')).toHaveLength(3);
    expect((await world.expectExit(0, ['logs', 'web', '--since', '2999-01-01'])).stdout).toBe('');
  });

  it('is events for another program, that tell stdout from stderr', async () => {
    const { stdout } = await world.expectExit(0, ['logs', 'web', '--json', '--grep', '^(one|two)']);
    expect(parse(stdout)).toMatchObject([
      { kind: 'log.line', line: { stream: 'stdout', text: 'one' }, container: { server: 'web' } },
      { kind: 'log.line', line: { stream: 'stderr' } },
      { kind: 'run.finished', exitCode: 0 },
    ]);
  });

  it('is followed until Ctrl-C, which says nothing', async () => {
    const child = start(['logs', 'web', '--follow', '--tail', '0'], world.home, world.env);
    await child.says('tick\ntick\n');
    child.kill('SIGINT');
    expect(await child.ended).toMatchObject({ exitCode: 130, stderr: '' });
    const json = start(['logs', 'web', '--follow', '--tail', '0', '--json'], world.home, world.env);
    await json.says('"tick"');
    json.kill('SIGINT');
    const ran = await json.ended;
    expect(ran.exitCode).toBe(130);
    expect(parse(ran.stdout).at(-1)).toMatchObject({ kind: 'run.finished', exitCode: 130 });
  });

  it('is followed no longer than anybody reads', async () => {
    const line = `'${process.execPath}' '${MCPFORM}' logs web --follow | head -n 2`;
    const child = spawn('/bin/sh', ['-c', line], { cwd: world.home.project, env: world.env, stdio: 'pipe' });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    // The shell ends when all of the pipe has.
    await new Promise((done) => child.once('close', done));
    expect(text.split('\n')).toHaveLength(3);
  });

  it('on a terminal dims what went to stderr, and shows no colours but ours', async () => {
    const terminal = onTerminal(['logs', 'web', '--grep', '^t(wo|hree)'], world.home, { env: onScreen() });
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown()).toContain('\u001b[2mtwo TOKEN=');
    expect(terminal.shown()).toContain('\r\nthree\r\n');
  });

  it('says why there is no log, and where it is', async () => {
    const none = await world.expectExit(1, ['logs', 'chat']);
    expect(none.stderr).toContain('error[ENGINE_CONTAINER_ABSENT]');
    expect(none.stderr).toContain('mcp-logs-chat');
    const local = await world.expectExit(1, ['logs', 'local', '--json']);
    expect(parse(local.stdout)).toMatchObject([{ error: { code: 'ENGINE_CONTAINER_ABSENT' } }]);
    expect((await world.expectExit(64, ['logs', 'wep'])).stderr).toContain('did you mean "web"?');
    expect((await world.expectExit(64, ['logs', 'web', '--grep', '('])).stderr).toContain('--grep');
    expect((await world.expectExit(64, ['logs', 'web', '--tail', 'few'])).stderr).toContain('--tail');
    expect((await world.expectExit(64, ['logs', 'web', '--since', 'lunch'])).stderr).toContain('--since');
    const chat = await talkTo('chat');
    expect((await world.expectExit(1, ['logs', 'chat'])).stderr).toContain('ENGINE_LOG_UNREADABLE');
    await chat.end();
  });

  it('shows the log of every client’s own container of a server over stdio', async () => {
    const [first, second] = [await talkTo('open'), await talkTo('open')];
    const { stdout } = await world.expectExit(0, ['logs', 'open']);
    expect(stdout).toMatch(/^([0-9a-f]{12}) \| hello\n(?!\1)[0-9a-f]{12} \| hello\n$/);
    await Promise.all([first.end(), second.end()]);
  });

  it('shows what containers use, against their limits', async () => {
    const chat = await talkTo('chat');
    const { stdout } = await world.expectExit(0, ['stats']);
    const [head, chatLine, webLine] = stdout.split('\n');
    expect(head).toMatch(/^SERVER +CONTAINER +STATE +CPU +MEMORY +NET IN +NET OUT +PIDS$/);
    expect(chatLine).toMatch(/^chat +[0-9a-f]{12} +running +[\d.]+ % +[\d.]+ [KM]iB .* of 128$/);
    expect(webLine).toMatch(
      /^web .* running +[\d.]+ % of 0\.5 +[\d.]+ [KM]iB of 64 MiB \(\d+ %\) .* of 128$/,
    );
    const { stdout: json } = await world.expectExit(0, ['stats', 'web', '--json']);
    expect(violations('event#/$defs/statsReport', JSON.parse(json))).toEqual([]);
    expect(JSON.parse(json).containers).toMatchObject([{ server: 'web', kind: 'service', state: 'running' }]);
    await chat.end();
  });

  it('shows it again and again until Ctrl-C, in the place of the last', async () => {
    const terminal = onTerminal(['stats', '--watch', '--interval', '500ms'], world.home, { env: onScreen() });
    await terminal.shows('\u001b[2A\r\u001b[J');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown()).not.toContain('Stopping');
    const child = start(['stats', '--watch', '--json', '--interval', '200ms'], world.home, world.env);
    await child.says('"sequence":1');
    child.kill('SIGINT');
    const events = parse((await child.ended).stdout);
    expect(events[0]).toMatchObject({ kind: 'stats.sampled', report: { stack: 'tools' } });
    expect(events.at(-1)).toMatchObject({ kind: 'run.finished', exitCode: 130 });
  });

  it('says of a container that is gone, or an engine that is down, what it is', async () => {
    await world.engine.docker(['rm', '--force', 'tools.web']);
    expect((await world.expectExit(0, ['stats'])).stdout).toMatch(/^web +- +gone/m);
    expect((await world.expectExit(1, ['logs', 'web'])).stderr).toContain('is gone from docker');
    const env = { DOCKER_HOST: `unix://${world.home.folder}/no.sock` };
    for (const command of ['logs', 'stats']) {
      const ran = await world.expectExit(1, [command, 'web'], { env });
      expect(ran.stderr).toContain('ENGINE_UNAVAILABLE');
    }
    await world.converge();
    expect((await world.expectExit(0, ['logs', 'web', '--tail', '1'])).stdout).toBe('tick\n');
  });
});
