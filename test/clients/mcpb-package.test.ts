import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Program } from '../../src/model/launch.ts';
import { mcpbInstaller } from '../../src/resolve/mcpb/installer.ts';
import { mcpbResolver } from '../../src/resolve/mcpb/resolver.ts';
import { bundleOf } from '../resolve/mcpb/bundles.ts';
import { requireProgram } from '../support/pins.ts';
import { realContext } from '../support/real-context.ts';
import { run } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

/** A real server on loopback, a real disk, and the programs that bundles are for. */
describe('a bundle from a real server', () => {
  let home: Home;
  let server: Server;
  let bytes: Buffer;

  beforeEach(async () => {
    home = await throwawayHome();
    server = createServer((_, response) => response.writeHead(200).end(bytes));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });

  afterEach(async () => {
    await new Promise((closed) => server.close(closed));
    await home.remove();
  });

  /** Installs and starts it as a launcher does: the folder put in, plain arguments, no shell. */
  const start = async (bundle: Buffer, args: readonly string[] = []) => {
    bytes = bundle;
    const ctx = realContext(home);
    const name = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.mcpb`;
    const { pin } = await mcpbResolver.resolve(
      {
        ...{
          server: 'x',
          runtime: { kind: 'package', ecosystem: 'mcpb', name },
          current: null,
          currentTree: null,
        },
        ...{ isUpdate: false, cooldownMs: 0, root: home.folder },
      },
      ctx,
    );
    const folder = join(home.folder, 'installed');
    await mkdir(folder);
    const { programs, main } = await mcpbInstaller.install({ pin, tree: null, folder }, ctx);
    const program = programs[main as string] as Program;
    if (program.kind === 'python') throw new Error('a bundle is no project');
    const filled = (text: string): string => text.replaceAll('${__dirname}', folder);
    const own = (program.args ?? []).map(filled);
    const env = Object.fromEntries(
      Object.entries(program.env ?? {}).map(([key, value]) => [key, filled(value)]),
    );
    const line =
      program.kind === 'node'
        ? [process.execPath, join(folder, program.file), ...own]
        : [join(program.file.startsWith('/') ? '' : folder, program.file), ...own];
    return run(line[0] as string, [...line.slice(1), ...args], {
      cwd: home.project,
      env: { ...home.env, ...env },
    });
  };

  it('starts a Node server with its arguments and variables', async () => {
    const code =
      'console.log(JSON.stringify([process.argv.slice(2), process.env.WHERE, require.main === module]))';
    const config = {
      command: 'node',
      args: ['${__dirname}/server/index.js', '--own'],
      env: { WHERE: '${__dirname}/data' },
    };
    const ran = await start(
      bundleOf({ config, files: [{ path: 'server/index.js', data: code, isDeflated: true }] }),
      ['mine'],
    );
    expect(JSON.parse(ran.stdout)).toEqual([['--own', 'mine'], join(home.folder, 'installed/data'), true]);
  });

  it('starts a program of its own', async () => {
    const config = { command: '${__dirname}/bin/hello', args: ['a b'] };
    const files = [{ path: 'bin/hello', data: '#!/bin/sh\necho "$0|$1|$2"\n' }];
    const ran = await start(bundleOf({ type: 'binary', entryPoint: 'bin/hello', config, files }), ['$HOME']);
    expect(ran.stdout).toBe(`${join(home.folder, 'installed/bin/hello')}|a b|$HOME\n`);
  });

  describe.runIf(requireProgram('/usr/bin/python3', 'Python 3'))('in Python', () => {
    const code =
      'import sys, helper, sibling\nif __name__ == "__main__": print(sys.argv, helper.X, sibling.Y, sys.flags.isolated, sys.flags.no_site); exit(3)\n';
    const files = [
      { path: 'server/main.py', data: code },
      { path: 'server/sibling.py', data: 'Y = 2\n' },
      { path: 'server/lib/helper.py', data: 'X = 1\n' },
      { path: 'server/lib/evil.pth', data: 'import sys; print("pth")\n' },
      { path: 'app/__init__.py', data: '' },
      { path: 'app/__main__.py', data: 'import sys; print(sys.argv[1:], __name__)\n' },
    ];

    it('starts a script with its libraries, and no `.pth` of them', async () => {
      const config = {
        command: 'python',
        args: ['${__dirname}/server/main.py', '--own'],
        env: { PYTHONPATH: '${__dirname}/server/lib' },
      };
      const ran = await start(bundleOf({ type: 'python', entryPoint: 'server/main.py', config, files }), [
        'mine',
      ]);
      const script = join(home.folder, 'installed/server/main.py');
      expect(ran).toMatchObject({
        stdout: `['${script}', '--own', 'mine'] 1 2 1 1\n`,
        stderr: '',
        exitCode: 3,
      });
    });

    it('starts a module', async () => {
      const config = { command: 'python3', args: ['-m', 'app', '--own'] };
      const ran = await start(bundleOf({ type: 'python', entryPoint: 'app/__main__.py', config, files }));
      expect(ran).toMatchObject({ stdout: `['--own'] __main__\n`, stderr: '', exitCode: 0 });
    });
  });
});
