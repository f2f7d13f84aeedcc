import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../src/model/launch.ts';
import { ended, prepared, says, startExec, WAYS } from '../launch/started.ts';
import { makeWorld, placesOf, recordOf, type World } from '../launch/world.ts';
import { MCPFORM, mcpform } from '../support/mcpform.ts';
import { assertContained } from '../support/throwaway-home.ts';

const python = execFileSync('python3', ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'], {
  encoding: 'utf8',
}).trim();
const pythonProgram = (object: string): Program => ({
  kind: 'python',
  python,
  folder: 'packages',
  module: 'server.cli',
  object,
});

let world: World;

beforeAll(async () => {
  world = await makeWorld({
    files: {
      'packages/server/__init__.py': '',
      'packages/server/cli.py': `
import json, os, sys

class App:
    @staticmethod
    def main():
        import dependency
        found = {}
        for name in ["planted", "pip"]:
            try:
                found[name] = __import__(name).__file__
            except ImportError:
                found[name] = None
        print(json.dumps({"argv": sys.argv, "cwd": os.getcwd(), "pid": os.getpid(), "path": sys.path,
                          "dependency": dependency.WHO, "found": found, "flags": sys.dont_write_bytecode}))
        return 3

def wait():
    print("pid", os.getpid(), flush=True)
    sys.stdin.read()
`,
      'packages/dependency.py': 'WHO = "of the package"\n',
      'bin/server': { executable: '#!/bin/sh\necho "$0 $*"; grep SigIgn /proc/self/status; exit 5\n' },
      'bin/plain': 'not a program\n',
      'bin/orphan': { executable: '#!/nonexistent/interpreter -x\n' },
      'bin/shebangless': { executable: 'echo by a shell "$@"\n' },
    },
    programs: {
      app: pythonProgram('App.main'),
      wait: pythonProgram('wait'),
      server: { kind: 'file', file: 'bin/server', args: ['serve', '${__dirname}/x'], env: { ADDED: 'yes' } },
      plain: { kind: 'file', file: 'bin/plain', args: [], env: {} },
      orphan: { kind: 'file', file: 'bin/orphan', args: [], env: {} },
      shebangless: { kind: 'file', file: 'bin/shebangless', args: [], env: {} },
      gone: { ...pythonProgram('App.main'), python: '/nonexistent/python3' } as Program,
    },
    main: null,
  });
});
afterAll(() => world.home.remove());

const tree = (): string => placesOf(recordOf(), world.ctx).store.tree;

describe.each(WAYS.filter(({ isThere }) => isThere))('with $name', (way) => {
  const isSamePid = !way.name.includes(' v20') && !way.name.includes(' 20');
  const start = async (bin: string, env: Record<string, string> = {}, ...args: string[]) =>
    startExec(world, await prepared(world, bin, { args }), { node: way.node, env: { ...way.env, ...env } });

  it('a Python program finds its packages and those of Python, and nothing of the user', async () => {
    const { project } = world.home;
    for (const name of ['planted', 'dependency', 'server', 'json']) {
      await writeFile(join(project, `${name}.py`), 'print("planted code ran")\n');
    }
    const env = { PYTHONPATH: project, PYTHONSTARTUP: join(project, 'planted.py'), PYTHONHOME: project };
    const child = await start('app', env, 'a', 'b c');
    const { code, stdout, stderr } = await ended(child);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    const facts = JSON.parse(stdout.toString());
    expect(facts).toMatchObject({
      argv: ['App.main', 'a', 'b c'],
      cwd: project,
      dependency: 'of the package',
      found: { planted: null, pip: null },
      flags: true,
    });
    expect(facts.path).toContain(join(tree(), 'packages'));
    expect(facts.path).not.toContain('');
    expect(facts.pid === child.pid).toBe(isSamePid);
    for (const name of ['planted', 'dependency', 'server', 'json']) await rm(join(project, `${name}.py`));
  });

  it('a Python program gets the signals of its client and its death is ours', async () => {
    const child = await start('wait');
    await says(child, /pid \d+\n/);
    const end = ended(child, null);
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('a program file runs with its own arguments and variables, and ignores no signal', async () => {
    const { code, stdout } = await ended(await start('server', {}, 'z'));
    const [first, ignored] = stdout.toString().split('\n');
    expect({ code, first }).toEqual({ code: 5, first: `${tree()}/bin/server serve ${tree()}/x z` });
    const signals = BigInt(`0x${/\t(.*)/.exec(ignored ?? '')?.[1]}`);
    // Node ignores SIGPIPE; a program that is not Node's would wonder.
    expect(signals & (1n << 12n)).toBe(0n);
  });

  it('a script without a first line is left to a shell', async () => {
    const { code, stdout } = await ended(await start('shebangless', {}, 'x y'));
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'by a shell x y\n' });
  });

  it.each([
    ['gone', '"/nonexistent/python3" cannot be started: it is not there'],
    ['orphan', 'bin/orphan" cannot be started: spawn'],
    ['plain', 'bin/plain" cannot be started: it may not be executed'],
  ])('a program that is %s is told about', async (bin, message) => {
    const { code, stdout, stderr } = await ended(await start(bin));
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('error[LAUNCH_PROGRAM]');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message);
  });
});

it('starts where the working directory has gone', async () => {
  const id = await prepared(world, 'server');
  const gone = join(world.home.folder, 'gone');
  await mkdir(gone);
  const script = 'cd "$1" && rmdir "$1" && exec "$2" "$3" exec "$4"';
  const env = { ...world.home.env } as NodeJS.ProcessEnv;
  assertContained(gone, world.home.env);
  const { stdout, status } = spawnSync('sh', ['-c', script, 'sh', gone, process.execPath, MCPFORM, id], {
    env,
    encoding: 'utf8',
  });
  expect({ stdout: stdout.split(' ')[0], status }).toEqual({ stdout: `${tree()}/bin/server`, status: 5 });
});

it.each([
  ['without an id', ['exec'], 'missing required argument'],
  ['with two', ['exec', 'a', 'b'], 'too many arguments'],
  ['with an option', ['exec', '--json'], 'unknown option'],
  ['written in another way', ['exec', '--', 'a'], 'write it as `mcpform exec a`'],
])('exits 64 %s, and says nothing on stdout', async (_what, args, message) => {
  const ran = await mcpform(args, world.home);
  expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
  expect(ran.stderr).toContain(message);
});
