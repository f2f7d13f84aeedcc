import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROBES } from '../launch/servers.ts';
import { ended, prepared, startExec, WAYS } from '../launch/started.ts';
import { makeWorld, placesOf, recordOf, type World } from '../launch/world.ts';

let world: World;

beforeEach(async () => {
  world = await makeWorld(PROBES);
});
afterEach(() => world.home.remove());

const places = (bin: string) => placesOf(recordOf({ bin }), world.ctx);
const ways = WAYS.filter(({ isThere }) => isThere);

/** Nothing of a server ran: no output, and one block that says why. */
async function refusal(id: string, options = {}): Promise<string> {
  const { code, signal, stdout, stderr } = await ended(startExec(world, id, options));
  expect({ code, signal, stdout: stdout.toString() }).toEqual({ code: 1, signal: null, stdout: '' });
  expect(stderr).toMatch(/^error\[[A-Z_]+\]: [\s\S]*\n {2}hint: [\s\S]*\n$/);
  return stderr.replaceAll(/\s+/g, ' ');
}

describe('a store that somebody edited', () => {
  const edits: readonly (readonly [string, string, (tree: string) => Promise<unknown>])[] = [
    [
      'a file',
      '"exit.cjs" was changed',
      (tree) => opened(join(tree, 'exit.cjs'), (file) => appendFile(file, '//')),
    ],
    ['a mode', '"exit.cjs" has another mode', (tree) => chmod(join(tree, 'exit.cjs'), 0o644)],
    [
      'a new file',
      '"node_modules/evil" was added',
      (tree) =>
        opened(join(tree, 'node_modules'), async (folder) => {
          await mkdir(join(folder, 'evil'));
          await chmod(join(folder, 'evil'), 0o555);
        }),
    ],
    [
      'a file less',
      '"echo.cjs" was removed',
      (tree) => opened(tree, (folder) => rm(join(folder, 'echo.cjs'))),
    ],
    [
      'a link instead of a file',
      '"echo.cjs" was changed',
      (tree) =>
        opened(tree, async (folder) => {
          await rm(join(folder, 'echo.cjs'));
          await symlink('exit.cjs', join(folder, 'echo.cjs'));
        }),
    ],
    [
      'another time to hide it',
      '"exit.cjs" was changed',
      async (tree) => {
        const file = join(tree, 'exit.cjs');
        const old = join(world.home.folder, 'old');
        execFileSync('cp', ['-p', file, old]);
        await opened(file, async () => {
          await writeFile(file, (await readFile(file, 'utf8')).replace('Number', 'String'));
        });
        execFileSync('touch', ['-r', old, file]);
      },
    ],
  ];

  it.each(edits)('is not started: %s', async (_what, where, edit) => {
    const id = await prepared(world, 'exit');
    const { content } = JSON.parse(await readFile(places('exit').record, 'utf8'));
    expect(await ended(startExec(world, id))).toMatchObject({ code: 0 });
    await edit(places('exit').store.tree);
    const said = await refusal(id);
    expect(said).toContain('error[LAUNCH_TAMPERED]');
    expect(said).toContain(where);
    const [reviewed, found] = [...said.matchAll(/sha256:[0-9a-f]{64}/g)].map(([digest]) => digest);
    expect(reviewed).toBe(content);
    expect(found).not.toBe(content);
    // It stays refused, until apply has put it right.
    await refusal(id);
    await prepared(world, 'exit');
    expect(await ended(startExec(world, id))).toMatchObject({ code: 0 });
  });

  it('is started when every byte is what it was, as after a restored backup, and then fast again', async () => {
    const id = await prepared(world, 'exit');
    const { store } = places('exit');
    await rename(store.tree, `${store.tree}-old`);
    execFileSync('cp', ['-a', `${store.tree}-old`, store.tree]);
    const before = await readFile(store.stamps);
    expect(await ended(startExec(world, id))).toMatchObject({ code: 0, stderr: '' });
    expect((await readFile(store.stamps)).equals(before)).toBe(false);
  });

  it('tells its names without their control characters', async () => {
    const id = await prepared(world, 'exit');
    await opened(places('exit').store.tree, (folder) => writeFile(join(folder, '\u001b[2Jx'), ''));
    expect(await refusal(id)).toContain('"\\u001b[2Jx" was added');
  });
});

describe('a record', () => {
  it.each([
    ['with another argument', (text: string) => text.replace('"args": []', '"args": ["7"]')],
    ['with another pin', (text: string) => text.replace('1.0.0', '1.0.1')],
    [
      'with a loader variable',
      (text: string) => text.replace('"loaderVariables": []', '"loaderVariables": ["LD_PRELOAD"]'),
    ],
  ])('%s is refused', async (_what, edit) => {
    const id = await prepared(world, 'exit');
    const file = places('exit').record;
    await writeFile(file, edit(await readFile(file, 'utf8')));
    expect(await refusal(id)).toContain('error[LAUNCH_REFUSED]: the record of launch');
  });

  it('that starts a file outside of its package is refused', async () => {
    const id = await prepared(world, 'exit');
    const file = places('exit').record;
    await writeFile(file, (await readFile(file, 'utf8')).replace('exit.cjs', '../../../../../x.cjs'));
    expect(await refusal(id)).toContain('error[LAUNCH_PROGRAM]');
  });

  it('of another launch is refused', async () => {
    const id = await prepared(world, 'exit');
    await prepared(world, 'echo');
    await writeFile(places('exit').record, await readFile(places('echo').record));
    expect(await refusal(id)).toContain('does not hash to its name');
  });

  it('that others can write is refused, and so is a folder of records', async () => {
    const id = await prepared(world, 'exit');
    await chmod(places('exit').record, 0o666);
    expect(await refusal(id)).toContain('can be written by other users');
    await chmod(places('exit').record, 0o600);
    await chmod(join(places('exit').record, '..'), 0o777);
    expect(await refusal(id)).toContain('can be written by other users');
  });

  it('that is a link, a folder or a pipe is refused', async () => {
    const id = await prepared(world, 'exit');
    const file = places('exit').record;
    await rename(file, `${file}.real`);
    await symlink(`${file}.real`, file);
    expect(await refusal(id)).toContain('is a symbolic link');
    await rm(file);
    await mkdir(file);
    expect(await refusal(id)).toContain('is not a plain file');
    await rm(file, { recursive: true });
    execFileSync('mkfifo', [file]);
    expect(await refusal(id)).toContain('is not a plain file');
  });

  it.each([
    '../launches/exit',
    `../../x-${'0'.repeat(32)}`,
    `exit-${'0'.repeat(32)}`,
    `a/b-${'0'.repeat(32)}`,
    'exit\n',
    '',
  ])('%j does not exist', async (id) => {
    await prepared(world, 'exit');
    expect(await refusal(id)).toContain('error[LAUNCH_UNKNOWN]');
  });
});

describe.each(ways)('with $name', (way) => {
  it('a module in the working directory is never taken for a dependency', async () => {
    const id = await prepared(world, 'ask', { args: ['foreign'] });
    const { project } = world.home;
    await plant(project, 'foreign');
    await plant(project, 'dep');
    await writeFile(
      join(project, '.npmrc'),
      'registry=http://127.0.0.1:9/\nnode-options=--require=./evil.js\n',
    );
    await writeFile(join(project, 'package.json'), '{"type":"module","imports":{"#x":"./evil.js"}}');
    const { stdout, stderr } = await ended(startExec(world, id, way));
    expect(stderr).toBe('');
    expect(JSON.parse(stdout.toString())).toEqual([
      'MODULE_NOT_FOUND',
      'ERR_MODULE_NOT_FOUND',
      'dep of the package',
    ]);
  });

  it.each([
    ['above the store', '.'],
    ['in the data folder', '.local/share/mcpform'],
  ])('nor is one %s, where Node looks for them', async (_where, folder) => {
    const id = await prepared(world, 'ask', { args: ['foreign'] });
    await plant(join(world.home.folder, folder), 'foreign');
    const { stdout, stderr } = await ended(startExec(world, id, { ...way, cwd: world.home.folder }));
    expect(stderr).toBe('');
    expect(JSON.parse(stdout.toString())).toEqual([
      'MODULE_NOT_FOUND',
      'ERR_MODULE_NOT_FOUND',
      'dep of the package',
    ]);
  });

  it('a package.json above the store does not say what kind of files a package has', async () => {
    const id = await prepared(world, 'plain');
    for (const folder of ['.', '.local/share/mcpform', '.local/share/mcpform/store']) {
      await writeFile(join(world.home.folder, folder, 'package.json'), '{"type":"module"}');
    }
    const { stdout, code } = await ended(startExec(world, id, way));
    expect({ stdout: stdout.toString(), code }).toEqual({ stdout: 'function', code: 0 });
  });

  it('a module is found where the server says it is', async () => {
    await plant(world.home.folder, 'foreign');
    const file = join(world.home.folder, 'node_modules/foreign/index.js');
    await writeFile(file, '');
    const id = await prepared(world, 'ask', { args: [file] });
    const { stdout } = await ended(startExec(world, id, way));
    expect(JSON.parse(stdout.toString())).toEqual(['found', 'found', 'dep of the package']);
  });

  it('variables that decide code end here', async () => {
    const env = {
      ...way.env,
      LD_PRELOAD: '/nonexistent/evil.so',
      NODE_PATH: '/nonexistent',
      PYTHONPATH: '/nonexistent',
      BASH_ENV: '/nonexistent',
      KEPT: 'yes',
      HTTPS_PROXY: 'http://127.0.0.1:9',
    };
    const { stdout } = await ended(startExec(world, await prepared(world, 'facts'), { ...way, env }));
    const facts = JSON.parse(stdout.toString());
    expect(facts.env).toEqual({ ...world.home.env, KEPT: 'yes', HTTPS_PROXY: 'http://127.0.0.1:9' });
  });

  it('a preload is not loaded into the server, unless the manifest says so', async () => {
    const evil = join(world.home.folder, 'evil.cjs');
    const note = join(world.home.folder, 'note');
    await writeFile(
      evil,
      `require('node:fs').appendFileSync(${JSON.stringify(note)}, process.pid + ' ' + process.argv[1] + '\\n')`,
    );
    const env = { NODE_OPTIONS: `--require=${evil}` };
    const loadedBy = async (): Promise<readonly string[]> =>
      (await readFile(note, 'utf8')).trim().split('\n');
    await ended(startExec(world, await prepared(world, 'facts'), { ...way, env }));
    // The launcher itself cannot be kept from it; what it starts is.
    expect(await loadedBy()).toHaveLength(1);
    expect((await loadedBy())[0]).toContain('mcpform.cjs');
    await rm(note);
    const allowed = await prepared(world, 'facts', { loaderVariables: ['NODE_OPTIONS'] });
    await ended(startExec(world, allowed, { ...way, env }));
    expect((await loadedBy()).at(-1)).toContain('facts.cjs');
  });

  it('a missing variable of an argument is named', async () => {
    const args = [[{ env: 'DOCS' }]];
    const id = await prepared(world, 'facts', { args });
    expect(await refusal(id, way)).toContain(
      'error[LAUNCH_VARIABLE]: environment variable "DOCS" is not set',
    );
    const { stdout } = await ended(startExec(world, id, { ...way, env: { ...way.env, DOCS: 'a b' } }));
    expect(JSON.parse(stdout.toString()).argv.slice(2)).toEqual(['a b']);
  });
});

async function plant(folder: string, name: string): Promise<void> {
  const place = join(folder, 'node_modules', name);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'index.js'), 'process.stderr.write("planted code ran\\n")');
  await writeFile(join(place, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
}

async function opened(path: string, edit: (path: string) => Promise<unknown>): Promise<void> {
  const mode = Number.parseInt(execFileSync('stat', ['-c', '%a', path], { encoding: 'utf8' }), 8);
  await chmod(path, 0o755);
  await edit(path);
  await chmod(path, mode);
}
