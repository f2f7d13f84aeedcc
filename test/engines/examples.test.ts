import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_KINDS, type Engine, startEngine } from '../support/engine.ts';
import { connectHttp, connectStdio } from '../support/mcp-client.ts';

const example = resolve(import.meta.dirname, '../../examples/containers');
const CONFINED = ['--init', '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'];

describe.each(ENGINE_KINDS)('the images of examples/containers, on $version with $store', (kind) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await startEngine(kind);
    await build();
  });

  afterAll(async () => await engine.stop());

  const build = (): Promise<unknown> =>
    promisify(execFile)(process.execPath, [`${example}/build.mjs`], { env: engine.env });
  const ids = (): Promise<string> =>
    engine.docker(['images', '--no-trunc', '--format={{.Repository}} {{.ID}}']);

  it('are built of nothing that a registry has, and are the same when nothing has changed', async () => {
    const before = await ids();
    expect(before.match(/^localhost\/mcp-(node|notes|reminders) sha256:/gm)).toHaveLength(3);
    await build();
    expect((await ids()).split('\n').sort()).toEqual(before.split('\n').sort());
  });

  it('keep notes on a volume, and find one another in a network', async () => {
    await engine.docker(['network', 'create', 'desk']);
    const notes = ['--name=notes', '--network=desk', '--volume=notes:/notes', '--publish=127.0.0.1::3000'];
    await engine.docker(['run', '--detach', ...CONFINED, ...notes, 'localhost/mcp-notes:1.0.0']);
    const address = await engine.docker(['port', 'notes', '3000']);
    const client = await connectHttp(`http://${address}/mcp`);
    await client.callTool({ name: 'add_note', arguments: { text: '2026-02-02 call\nhome' } });
    await client.callTool({ name: 'add_note', arguments: { text: '9999-01-01 much later' } });
    await expect(client.callTool({ name: 'add_note', arguments: {} })).rejects.toThrow('-32603');
    await client.close();

    const command = ['docker', 'run', '-i', '--rm', '--network=desk', ...CONFINED];
    const reminders = await connectStdio([...command, 'localhost/mcp-reminders:1.0.0'], engine.env);
    const due = await reminders.callTool({ name: 'due' });
    expect(due.content).toEqual([
      { type: 'text', text: '2026-01-01 Welcome: tell me what to remember.\n2026-02-02 call home' },
    ]);
    await reminders.close();
  });
});
