import { describe, expect, it } from 'vitest';
import { serviceManager } from '../../../src/loop/service/manager.ts';
import { runCommands, stateOf } from '../../../src/loop/service/run-commands.ts';
import { context } from './examples.ts';

type Answer = { exitCode: number; stdout?: string; stderr?: string } | 'ENOENT' | 'ETIMEDOUT';

async function open(platform: NodeJS.Platform, answer: (line: string) => Answer) {
  const ran: string[] = [];
  const ctx = context(
    {
      run: async (command, args) => {
        const line = [command, ...args].join(' ');
        ran.push(line);
        const found = answer(line);
        if (typeof found === 'string') throw Object.assign(new Error(line), { code: found });
        return { stdout: '', stderr: '', ...found };
      },
    },
    { platform, env: {} },
  );
  return { ran, ctx, manager: await serviceManager(ctx) };
}

describe('the system’s own commands', () => {
  it.each([
    [
      'linux',
      [
        'systemctl --user daemon-reload',
        'systemctl --user enable mcpform-x.service',
        'systemctl --user restart mcpform-x.service',
      ],
    ],
    [
      'darwin',
      [
        '/bin/launchctl bootout gui/1000/dev.mcpform.x',
        '/bin/launchctl bootstrap gui/1000 /home/ada/Library/LaunchAgents/dev.mcpform.x.plist',
      ],
    ],
    [
      'win32',
      [
        'C:\\Windows\\System32\\schtasks.exe /Create /F /TN \\mcpform\\mcpform-x /XML /home/ada/.local/share/mcpform/tasks/mcpform-x.xml',
        'C:\\Windows\\System32\\schtasks.exe /Run /TN \\mcpform\\mcpform-x',
      ],
    ],
  ] as const)('start a service on %s in this order', async (platform, expected) => {
    const { ran, ctx, manager } = await open(platform, () => ({ exitCode: 0 }));
    await runCommands(manager.start('mcpform-x'), ctx);
    expect(ran).toEqual(expected);
  });

  it('go on after one that may fail, and stop at one that may not, with its first line', async () => {
    const darwin = await open('darwin', (line) => ({
      exitCode: line.includes('bootout') ? 3 : 5,
      stderr: 'Bootstrap failed: 5: Input/output error\u001b[2J\nmore',
    }));
    await expect(runCommands(darwin.manager.start('mcpform-x'), darwin.ctx)).rejects.toMatchObject({
      code: 'SERVICE_FAILED',
      message: expect.stringMatching(/bootstrap.*` failed: Bootstrap failed: 5: .*\\u001b\[2J$/),
    });
    expect(darwin.ran).toHaveLength(2);
    const linux = await open('linux', () => 'ENOENT');
    await expect(runCommands(linux.manager.start('mcpform-x'), linux.ctx)).rejects.toMatchObject({
      message: '`systemctl --user daemon-reload` failed: it is not there',
    });
    expect(linux.ran).toHaveLength(1);
  });

  it.each<[NodeJS.Platform, Answer, string]>([
    ['linux', { exitCode: 0, stdout: 'active\n' }, 'running'],
    ['linux', { exitCode: 3, stdout: 'activating\n' }, 'running'],
    ['linux', { exitCode: 3, stdout: 'inactive\n' }, 'stopped'],
    ['linux', { exitCode: 3, stdout: 'failed\n' }, 'stopped'],
    ['linux', { exitCode: 1, stderr: 'Failed to connect to bus: No medium found\n' }, 'unknown'],
    ['linux', 'ENOENT', 'unknown'],
    ['linux', 'ETIMEDOUT', 'unknown'],
    ['darwin', { exitCode: 0 }, 'running'],
    ['darwin', { exitCode: 113 }, 'stopped'],
    ['win32', { exitCode: 1 }, 'stopped'],
  ])('on %s that answer %j mean %s', async (platform, answer, state) => {
    const { ctx, manager } = await open(platform, () => answer);
    expect(await stateOf('mcpform-x', manager, ctx)).toBe(state);
  });
});
