import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import { claude, NEWEST, requireClaude } from '../support/claude.ts';
import { ENGINE_KINDS, type Engine, startEngine } from '../support/engine.ts';
import { connectHttp, connectStdio } from '../support/mcp-client.ts';
import { mcpform } from '../support/mcpform.ts';
import type { Ran } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { readJson } from '../support/world.ts';

const examples = resolve(import.meta.dirname, '../../examples');

/** As somebody meets it who has just cloned the repository. */
describe.each(ENGINE_KINDS)('examples/containers, on $version with $store', (kind) => {
  let engine: Engine;
  let home: Home;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    [engine, home] = await Promise.all([startEngine(kind), throwawayHome()]);
    env = { ...home.env, ...engine.env, PATH: `${engine.env['PATH']}:${home.env['PATH']}` };
    await cp(join(examples, 'containers'), home.project, { recursive: true });
    await build();
  });

  afterAll(async () => {
    await Promise.all([engine?.stop(), home?.remove()]);
  });

  const build = (): Promise<unknown> =>
    promisify(execFile)(process.execPath, [join(home.project, 'build.mjs')], { env });
  const images = async (): Promise<readonly string[]> =>
    (await engine.docker(['images', '--no-trunc', '--format={{.Repository}} {{.ID}}'])).split('\n').sort();
  const expectExit = async (exitCode: number, ...args: readonly string[]): Promise<Ran> => {
    const ran = await mcpform(args, home, { env });
    expect(ran, `mcpform ${args.join(' ')}\n${ran.stdout}${ran.stderr}`).toMatchObject({ exitCode });
    return ran;
  };
  const entry = async (name: string): Promise<JsonObject> => {
    const { mcpServers } = await readJson(join(home.folder, '.claude.json'));
    const found = isJsonObject(mcpServers) ? mcpServers[name] : undefined;
    if (!isJsonObject(found)) throw new Error(`the client knows no "${name}"`);
    return found;
  };

  it('has images that are made of nothing from a registry, and are the same when nothing has changed', async () => {
    const before = await images();
    expect(before).toEqual([
      expect.stringMatching(/^localhost\/mcp-node sha256:/),
      expect.stringMatching(/^localhost\/mcp-notes sha256:/),
      expect.stringMatching(/^localhost\/mcp-reminders sha256:/),
    ]);
    await build();
    expect(await images()).toEqual(before);
  });

  it('is locked and applied, and then there is nothing to do', async () => {
    expect((await expectExit(0, 'lock')).stdout).toContain('2 added');
    const planned = await expectExit(2, 'plan', '--detailed-exitcode');
    expect(planned.stdout).toContain('Plan: 5 to create, 1 to adopt.');
    await expectExit(0, 'apply', '--auto-approve', '--no-settle');
    expect((await expectExit(0, 'plan', '--detailed-exitcode')).stdout).toContain('No changes');
    expect((await expectExit(0, 'status')).stdout).toContain('6 in-sync.');
    expect(await engine.docker(['ps', '--format={{.Names}}'])).toBe('desk.notes');
  });

  it.runIf(requireClaude(NEWEST))('connects to Claude Code, and leaves no container behind', async () => {
    const options = { env: { ...env, MCP_TIMEOUT: '30000' } };
    const { stdout } = await claude(NEWEST, ['mcp', 'list'], home, options);
    expect(stdout).toMatch(/^notes: http:.* - ✔ Connected$/m);
    expect(stdout).toMatch(/^reminders: .* exec reminders-[0-9a-f]{32} - ✔ Connected$/m);
    await expect.poll(() => engine.docker(['ps', '--all', '--format={{.Names}}'])).toBe('desk.notes');
  });

  it('does what it says: notes stay, and one server finds the other by its name', async () => {
    const notes = await connectHttp(String((await entry('notes'))['url']));
    await notes.callTool({ name: 'add_note', arguments: { text: '2026-02-02 call\nhome' } });
    await notes.callTool({ name: 'add_note', arguments: { text: '9999-01-01 much later' } });
    await expect(notes.callTool({ name: 'add_note', arguments: {} })).rejects.toThrow('-32603');
    await notes.close();

    const { command, args } = await entry('reminders');
    const reminders = await connectStdio([command, args].flat() as string[], env);
    const { content } = await reminders.callTool({ name: 'due' });
    const text = '2026-01-01 Welcome: tell me what to remember.\n2026-02-02 call home';
    expect(content).toEqual([{ type: 'text', text }]);
    await reminders.close();
  });

  it('is gone after destroy, but for the notes and the images', async () => {
    await expectExit(0, 'destroy', '--auto-approve', '--allow-destroy', '--no-settle');
    expect(await engine.docker(['ps', '--all', '--quiet'])).toBe('');
    expect(await engine.docker(['network', 'ls', '--quiet', '--filter=type=custom'])).toBe('');
    expect(await engine.docker(['volume', 'ls', '--format={{.Name}}'])).toBe('desk.notes');
    expect(await readJson(join(home.folder, '.claude.json'))).toMatchObject({ mcpServers: {} });
  });

  it('shows in its README what a person does, in this order', async () => {
    const readme = await readFile(join(examples, 'containers/README.md'), 'utf8');
    const commands = [...readme.matchAll(/^(?:node|mcpform) .*$/gm)].map(([line]) =>
      line.split('  #')[0]?.trim(),
    );
    expect(commands).toEqual(['node build.mjs', 'mcpform lock', 'mcpform apply', 'mcpform status']);
  });
});

describe('the quick start', () => {
  it('builds and runs the example where an engine answers, and leaves nothing of it there', async () => {
    const engine = await startEngine();
    try {
      const env = { ...process.env, ...engine.env, PATH: `${engine.env['PATH']}:${process.env['PATH']}` };
      const script = [join(examples, '../scripts/quickstart.mjs')];
      const { stdout } = await promisify(execFile)(process.execPath, script, { env });
      const [, built, locked, applied, status, destroyed] = stdout
        .split(/^\$ (?:node build\.mjs|mcpform (?!plan))/m)
        .slice(1);
      expect(built).toContain('built localhost/mcp-reminders:1.0.0');
      expect(locked).toContain('2 added');
      expect(applied).toContain('6 applied.');
      expect(status).toContain('6 in-sync.');
      expect(destroyed).toContain('6 applied.');
      for (const what of [
        ['ps', '--all'],
        ['volume', 'ls'],
        ['network', 'ls', '--filter=type=custom'],
        ['images'],
      ]) {
        expect(await engine.docker([...what, '--quiet'])).toBe('');
      }
    } finally {
      await engine.stop();
    }
  });
});
