import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { launcherCommand, ourScript } from '../../src/launch/launcher-command.ts';

describe('the command of the launcher', () => {
  it('is our Node and our program, absolute', () => {
    const { command, args } = launcherCommand();
    expect(command).toBe(process.execPath);
    expect(args).toEqual([resolve(import.meta.dirname, '../../dist/mcpform.cjs'), 'exec']);
  });

  it.each(['run.cjs', 'chunks/apply-ABCDEF.cjs'])('is found from dist/%s', (module) => {
    const url = pathToFileURL(`/usr/src/lib/node_modules/mcpform/dist/${module}`).href;
    expect(ourScript(url)).toBe('/usr/src/lib/node_modules/mcpform/dist/mcpform.cjs');
  });

  it.each([
    ['/home/ann/.npm/_npx/0123456789abcdef/node_modules/mcpform/dist/mcpform.cjs', 'npx'],
    ['/home/ann/.cache/pnpm/dlx-12345/node_modules/mcpform/dist/mcpform.cjs', 'npx'],
    ['/tmp/xfs-0123abcd/dlx-77/node_modules/mcpform/dist/mcpform.cjs', 'npx'],
    ['C:\\Users\\ann\\AppData\\Local\\npm-cache\\_npx\\01\\node_modules\\mcpform\\dist\\mcpform.cjs', 'npx'],
    ['/tmp/checkout/dist/mcpform.cjs', 'temporary'],
    ['/private/var/folders/xy/T/mcpform/dist/mcpform.cjs', 'temporary'],
    ['C:\\Users\\ann\\AppData\\Local\\Temp\\mcpform\\dist\\mcpform.cjs', 'temporary'],
    ['/opt/homebrew/Cellar/mcpform/0.1.0/libexec/lib/node_modules/mcpform/dist/mcpform.cjs', 'versioned'],
  ])('%s will not last: %s', (script, because) => {
    expect(launcherCommand('/usr/bin/node', script).ephemeral).toEqual({ path: script, because });
  });

  it.each([
    '/usr/lib/node_modules/mcpform/dist/mcpform.cjs',
    '/home/ann/.nvm/versions/node/v22.1.0/lib/node_modules/mcpform/dist/mcpform.cjs',
    '/home/ann/tmp/mcpform/dist/mcpform.cjs',
    'C:\\Users\\ann\\AppData\\Roaming\\npm\\node_modules\\mcpform\\dist\\mcpform.cjs',
  ])('%s lasts', (script) => {
    expect(launcherCommand('/usr/bin/node', script).ephemeral).toBeNull();
  });

  it('notices a Node that goes with its release', () => {
    const node = '/opt/homebrew/Cellar/node/24.1.0/bin/node';
    expect(launcherCommand(node, '/home/ann/mcpform/dist/mcpform.cjs').ephemeral?.path).toBe(node);
  });
});
