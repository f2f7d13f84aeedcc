import { describe, expect, it } from 'vitest';
import { listServices, removeService, writeService } from '../../../src/loop/service/files.ts';
import { serviceManager } from '../../../src/loop/service/manager.ts';
import { context, spec } from './examples.ts';

const FOLDER = '/home/ada/.config/systemd/user';
const FILE = `${FOLDER}/mcpform-tools-3f1c9ab24e77.service`;

async function open(...args: Parameters<typeof context>) {
  const ctx = context(...args);
  const manager = await serviceManager(ctx);
  const read = async (): Promise<string> => (await ctx.system.files.read(FILE)).toString();
  const write = async (text: string): Promise<void> => {
    await ctx.system.files.remove(FILE);
    await ctx.system.files.create(FILE, text, { mode: 0o600, sync: false });
  };
  return { ctx, manager, read, write, files: ctx.system.files };
}

describe('the file of a service', () => {
  it('is written once, left when it is so already, and replaced when it is to be another', async () => {
    const { ctx, manager, read, files } = await open();
    expect(await writeService(spec(), manager, ctx)).toEqual({ file: FILE, result: 'created' });
    expect((await files.stat(FILE)).mode & 0o777).toBe(0o600);
    expect((await writeService(spec(), manager, ctx)).result).toBe('unchanged');
    const other = spec({ args: ['x', 'reconcile', '--prune'] });
    expect((await writeService(other, manager, ctx)).result).toBe('replaced');
    expect(await read()).toContain('--prune');
  });

  it.each([
    ['was edited', (text: string) => text.replace('RestartSec=30', 'RestartSec=1'), 'changed'],
    ['has a line more', (text: string) => `${text}\nX=1\n`, 'changed'],
    ['is somebody else’s', () => '[Service]\nExecStart=/bin/true\n', 'foreign'],
    ['is empty', () => '', 'foreign'],
  ] as const)('that %s is neither replaced nor removed', async (_what, edit, standing) => {
    const { ctx, manager, read, write } = await open();
    await writeService(spec(), manager, ctx);
    const edited = edit(await read());
    await write(edited);
    const [service] = await listServices(manager, ctx);
    expect(service?.standing).toBe(standing);
    await expect(writeService(spec(), manager, ctx)).rejects.toMatchObject({ code: 'SERVICE_FOREIGN' });
    if (service === undefined) throw new Error('it is not listed');
    await expect(removeService(service, manager, ctx)).rejects.toMatchObject({ code: 'SERVICE_FOREIGN' });
    expect(await read()).toBe(edited);
  });

  it('is not written through a link in its place', async () => {
    const tree = { [FILE]: { link: '/home/ada/.bashrc' }, '/home/ada/.bashrc': 'mine' };
    const { ctx, manager, files } = await open({ tree });
    await expect(writeService(spec(), manager, ctx)).rejects.toMatchObject({ code: 'SERVICE_FOREIGN' });
    expect((await files.read('/home/ada/.bashrc')).toString()).toBe('mine');
  });

  it('goes together with the link that starts it at login, and nothing else goes', async () => {
    const wanted = `${FOLDER}/default.target.wants/mcpform-tools-3f1c9ab24e77.service`;
    const tree = { [wanted]: { link: FILE }, [`${FOLDER}/other.service`]: 'other' };
    const { ctx, manager, files } = await open({ tree });
    await writeService(spec(), manager, ctx);
    const [service] = await listServices(manager, ctx);
    if (service === undefined) throw new Error('it is not listed');
    await removeService(service, manager, ctx);
    expect([...(await files.list(FOLDER))].sort()).toEqual(['default.target.wants', 'other.service']);
    expect(await files.list(`${FOLDER}/default.target.wants`)).toEqual([]);
  });

  it('of several stacks are several, each listed by its name', async () => {
    const { ctx, manager } = await open();
    expect(await listServices(manager, ctx)).toEqual([]);
    await writeService(spec({ name: 'mcpform-b-1' }), manager, ctx);
    await writeService(spec({ name: 'mcpform-a-2' }), manager, ctx);
    expect((await listServices(manager, ctx)).map(({ name, standing }) => [name, standing])).toEqual([
      ['mcpform-a-2', 'ours'],
      ['mcpform-b-1', 'ours'],
    ]);
  });

  it.each([
    ['darwin', '/home/ada/Library/LaunchAgents/dev.mcpform.tools-3f1c9ab24e77.plist'],
    ['win32', '/home/ada/.local/share/mcpform/tasks/mcpform-tools-3f1c9ab24e77.xml'],
  ] as const)('on %s is where that system looks, and is known again', async (platform, file) => {
    const { ctx, manager } = await open({}, { platform, env: {} });
    expect((await writeService(spec(), manager, ctx)).file).toBe(file);
    expect((await writeService(spec(), manager, ctx)).result).toBe('unchanged');
    expect(await listServices(manager, ctx)).toEqual([
      { name: 'mcpform-tools-3f1c9ab24e77', file, standing: 'ours' },
    ]);
  });

  it.each(['/a"b/node', "/a'b/node", '/a\\b/node'])(
    'is not written for %s, which systemd does not start',
    async (command) => {
      const { ctx, manager } = await open();
      await expect(writeService(spec({ command }), manager, ctx)).rejects.toMatchObject({
        code: 'SERVICE_UNSUPPORTED',
      });
      expect(await listServices(manager, ctx)).toEqual([]);
    },
  );

  it('is for no system that mcpform does not know', async () => {
    await expect(open({}, { platform: 'freebsd' })).rejects.toMatchObject({ code: 'SERVICE_UNSUPPORTED' });
  });
});
