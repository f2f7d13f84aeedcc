// Prepares one launch in the home it is given, as apply does. Usage: install-program FOLDER FILES
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConceal } from '../../src/formats/conceal.ts';
import { prepareLaunch } from '../../src/launch/prepare-launch.ts';
import type { Context } from '../../src/model/context.ts';
import type { Installed } from '../../src/model/launch.ts';
import { realSystem } from '../../src/system/real.ts';
import { CRASHING } from './crashing.ts';

const [home = '', files = '0'] = process.argv.slice(2);
const below = (path: string): string => join(home, path, 'mcpform');
const ctx: Context = {
  system: realSystem(),
  home,
  env: {},
  platform: process.platform,
  signal: new AbortController().signal,
  emit: () => {},
  folders: {
    state: below('.local/state'),
    cache: below('.cache'),
    config: below('.config'),
    data: below('.local/share'),
  },
  launcher: { command: process.execPath, args: [], ephemeral: null },
  digest: (text) => text,
  conceal: createConceal(),
};

async function install({ folder }: { folder: string }): Promise<Installed> {
  for (let i = 0; i < Number(files); i += 1) {
    const place = join(folder, 'lib', String(i % 20));
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${i}.js`), `module.exports = ${i};\n`.repeat(50));
  }
  writeFileSync(join(folder, 'main.js'), 'process.stdout.write("whole")\n');
  return { programs: { main: { kind: 'node', file: 'main.js' } }, main: 'main' };
}

process.stdout.write('installing\n');
await prepareLaunch({ record: CRASHING, tree: null }, ctx, async () => ({ install }));
