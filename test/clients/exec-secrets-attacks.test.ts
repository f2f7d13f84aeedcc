import { chmod, chown, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchFiles } from '../../src/launch/places.ts';
import { PROBES } from '../launch/servers.ts';
import { ended, type StartOptions, startExec } from '../launch/started.ts';
import {
  approved,
  commandRecord,
  headersRecord,
  locatorsOf,
  packageRecord,
  put,
} from '../launch/with-secrets.ts';
import { makeWorld, type World } from '../launch/world.ts';
import { makeCertificates } from '../support/certificates.ts';
import { CANARY } from '../support/secret-canary.ts';
import { startVaultDouble } from '../support/vault-server.ts';

const GUARD = 'printf "%s\\n" "$TOKEN"';

let world: World;
let token: { backend: 'file'; argument: string };

beforeEach(async () => {
  world = await makeWorld(PROBES);
  token = { backend: 'file', argument: await put(world, 'secrets/token', `${CANARY}\n`) };
});
afterEach(() => world.home.remove());

const script = (path: string, text: string) => put(world, path, `#!/bin/sh\n${text}\n`, 0o755);
const grantsOf = (id: string): string => launchFiles(world.ctx.folders.data, id).grants;
const recordFile = (id: string): string => launchFiles(world.ctx.folders.data, id).record;

/** Nothing was started or printed, and the value is nowhere in what was said. */
async function refusal(id: string, options: StartOptions = {}): Promise<string> {
  const { code, signal, stdout, stderr } = await ended(startExec(world, id, options));
  expect({ code, signal, stdout: stdout.toString() }).toEqual({ code: 1, signal: null, stdout: '' });
  expect(stderr).toMatch(/^error\[[A-Z_]+\]: [\s\S]*\n {2}hint: [\s\S]*\n$/);
  expect(stderr).not.toContain(CANARY);
  return stderr.replaceAll(/\s+/g, ' ');
}

async function output(id: string, options: StartOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await ended(startExec(world, id, options));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.toString();
}

describe('a launch whose secret', () => {
  it.each(['package', 'command', 'headers'])('is not granted is refused: %s', async (kind) => {
    const record = {
      package: packageRecord('facts', { token }),
      command: commandRecord(await script('bin/tool', GUARD), { token }),
      headers: headersRecord('https://a.example.com/', { token }),
    }[kind as 'package'];
    const id = await approved(world, record, new Set());
    const env = { CLAUDE_CODE_MCP_SERVER_URL: 'https://a.example.com/' };
    const said = await refusal(id, { env });
    expect(said).toContain(
      `error[SECRET_NOT_GRANTED]: secret "token" (file:${token.argument}) is not granted`,
    );
    expect(said).toContain('`mcpform grant add`');
    // What was never noted is the same.
    await rm(grantsOf(id));
    expect(await refusal(id, { env })).toContain('error[SECRET_NOT_GRANTED]');
    // And once it is granted, it is there.
    await approved(world, record);
    expect((await ended(startExec(world, id, { env }))).stdout.toString()).toContain(CANARY);
  });

  it('was revoked is refused from then on, and so is one with a second that nobody granted', async () => {
    const other = { backend: 'file' as const, argument: await put(world, 'secrets/other', 'x') };
    const record = packageRecord('facts', { token, other });
    const id = await approved(world, record);
    expect(await output(id)).toContain(CANARY);
    await approved(world, record, new Set([...locatorsOf(record)].slice(0, 1)));
    expect(await refusal(id)).toContain('error[SECRET_NOT_GRANTED]: secret "');
  });
});

describe('the grants of a launch', () => {
  const others: readonly (readonly [string, string, (file: string) => Promise<unknown>])[] = [
    ['that others can write', 'can be written by other users', (file) => chmod(file, 0o666)],
    [
      'that others can read, as all in a repository',
      'can be read by other users',
      (file) => chmod(file, 0o644),
    ],
    [
      'that are a link',
      'is a symbolic link',
      async (file) => {
        await rename(file, `${file}.real`);
        await symlink(`${file}.real`, file);
      },
    ],
    [
      'that are a folder',
      'is not a plain file',
      async (file) => {
        await rm(file);
        await mkdir(file);
      },
    ],
    ['that are no JSON', 'cannot be read', (file) => writeFile(file, '{')],
    ['that are a list', 'cannot be read', (file) => writeFile(file, '[]')],
    [
      'with another kind of locators',
      'cannot be read',
      (file) => writeFile(file, '{"formatVersion":1,"locators":"file:","settings":{}}'),
    ],
    [
      'of a later mcpform',
      'were written by a newer mcpform',
      (file) => writeFile(file, '{"formatVersion":2,"locators":[],"settings":{}}'),
    ],
  ];

  it.each(others)('%s are refused', async (_what, words, edit) => {
    const id = await approved(world, packageRecord('facts', { token }));
    await edit(grantsOf(id));
    expect(await refusal(id)).toContain(`error[LAUNCH_REFUSED]: the grants of launch "${id}" ${words}`);
  });

  it.runIf(process.getuid?.() === 0)('of another user are refused', async () => {
    const id = await approved(world, packageRecord('facts', { token }));
    await chown(grantsOf(id), 12_345, 0);
    expect(await refusal(id)).toContain('belongs to another user');
  });

  it('of another launch do not help: they are for its own secrets alone', async () => {
    const other = { backend: 'file' as const, argument: await put(world, 'secrets/other', 'x') };
    const first = await approved(world, packageRecord('facts', { other }));
    const second = await approved(world, packageRecord('facts', { token }), new Set());
    await rename(grantsOf(first), grantsOf(second));
    expect(await refusal(second)).toContain('error[SECRET_NOT_GRANTED]: secret "token"');
  });
});

describe('the record of a launch with secrets', () => {
  it.each([
    ['another command', '"command": "', '"command": "/x'],
    ['another argument', '"args": []', '"args": ["--send=https://evil.example.com"]'],
    ['another variable', '"TOKEN"', '"OTHER"'],
    ['another secret', 'secrets/token', 'secrets/other'],
    ['a loader variable', '"loaderVariables": []', '"loaderVariables": ["LD_PRELOAD"]'],
  ])('with %s is refused', async (_what, from, to) => {
    const id = await approved(world, commandRecord(await script('bin/tool', GUARD), { token }));
    const text = await readFile(recordFile(id), 'utf8');
    expect(text).toContain(from);
    await writeFile(recordFile(id), text.replace(from, to));
    expect(await refusal(id)).toContain('does not hash to its name: somebody changed it');
  });

  it.each(['../../x', '/etc/passwd', `../launches/tool-${'0'.repeat(32)}`, `tool-${'0'.repeat(32)}/..`])(
    'is never looked for by the path "%s"',
    async (id) => {
      expect(await refusal(id)).toContain('error[LAUNCH_UNKNOWN]');
    },
  );
});

describe('the environment of an entry', () => {
  it('does not say which program a command is', async () => {
    await script('bin/tool', `echo approved; ${GUARD}`);
    const path = [join(world.home.folder, 'bin'), world.home.env['PATH']].join(delimiter);
    const approving = { ...world, ctx: { ...world.ctx, env: { ...world.ctx.env, PATH: path } } };
    const id = await approved(approving, commandRecord('tool', { token }));
    const evil = dirname(await script('evil/tool', 'echo evil'));
    const said = await output(id, { env: { PATH: [evil, path].join(delimiter) } });
    expect(said).toBe(`approved\n${CANARY}\n`);
    // A program that is there stays the one, whatever comes first at the next apply.
    const later = { ...world, ctx: { ...world.ctx, env: { ...world.ctx.env, PATH: `${evil}:${path}` } } };
    await approved(later, commandRecord('tool', { token }));
    expect(await output(id)).toBe(`approved\n${CANARY}\n`);
  });

  it('does not say which interpreter runs the script that a command is, nor what a server finds', async () => {
    const tool = await put(world, 'bin/tool', `#!/usr/bin/env sh\n${GUARD}; helper\n`, 0o755);
    await script('bin/helper', 'echo approved; echo "$HOME"');
    const path = [dirname(tool), world.home.env['PATH']].join(delimiter);
    const env = { ...world.ctx.env, PATH: path };
    const approving = { ...world, ctx: { ...world.ctx, env } };
    await script('evil/sh', 'echo evil');
    const evil = dirname(await script('evil/helper', 'echo evil'));
    const entry = { PATH: [evil, path].join(delimiter), HOME: evil };
    const expected = `${CANARY}\napproved\n${world.home.folder}\n`;
    const id = await approved(approving, commandRecord(tool, { token }));
    expect(await output(id, { env: entry })).toBe(expected);
    // What the manifest itself sets comes through the entry.
    const own = await approved(approving, commandRecord(tool, { token }, { loaderVariables: ['HOME'] }));
    expect(await output(own, { env: entry })).toBe(expected.replace(world.home.folder, evil));
    const inProcess = await approved(approving, packageRecord('facts', { token }));
    const said = JSON.parse(await output(inProcess, { env: { ...entry, SHELL: '/evil' } }));
    expect(said.env).toEqual({ ...world.home.env, PATH: path, TOKEN: CANARY });
  });

  it('does not say which program is asked for a secret, nor with which configuration', async () => {
    const names = ['HOME', 'XDG_CONFIG_HOME', 'VAULT_ADDR', 'PASSWORD_STORE_DIR', 'GNUPGHOME', 'PATH'];
    await script('bin/asked', names.map((name) => `echo "${name}=$${name}"`).join('\n'));
    const path = [join(world.home.folder, 'bin'), world.home.env['PATH']].join(delimiter);
    const pinned = {
      PATH: path,
      XDG_CONFIG_HOME: join(world.home.folder, '.config'),
      VAULT_ADDR: 'https://vault.example.com',
      PASSWORD_STORE_DIR: '/srv/passwords',
    };
    const env = { ...world.ctx.env, ...pinned };
    const source = { backend: 'exec' as const, argument: ['asked'] };
    const id = await approved({ ...world, ctx: { ...world.ctx, env } }, packageRecord('facts', { source }));
    const evil = dirname(await script('evil/asked', 'echo evil'));
    const moved = join(world.home.folder, 'project');
    const said = await output(id, {
      env: {
        PATH: [evil, path].join(delimiter),
        HOME: moved,
        XDG_CONFIG_HOME: moved,
        VAULT_ADDR: 'https://evil.example.com',
        PASSWORD_STORE_DIR: moved,
        GNUPGHOME: moved,
      },
    });
    const expected = { ...pinned, HOME: world.home.folder, GNUPGHOME: '' };
    expect(JSON.parse(said).env.SOURCE.split('\n').sort()).toEqual(
      Object.entries(expected)
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
    );
  });

  it('brings no code into the program of a backend, nor into the server', async () => {
    const names = ['NODE_OPTIONS', 'LD_PRELOAD', 'BASH_ENV', 'ENV', 'PYTHONPATH', 'PERL5LIB'];
    const asked = await script('bin/asked', names.map((name) => `echo "${name}=$${name}"`).join('\n'));
    const tool = await script('bin/tool', `env; ${GUARD}`);
    const marker = join(world.home.folder, 'it-ran');
    const source = { backend: 'exec' as const, argument: [asked] };
    const id = await approved(world, commandRecord(tool, { token, source }));
    const said = await output(id, {
      env: {
        // Of Node itself: what it loads before us nobody can stop, so it is one that loads nothing.
        NODE_OPTIONS: '--no-warnings',
        LD_PRELOAD: '',
        BASH_ENV: await script('evil/env', `touch ${marker}`),
        ENV: await script('evil/env', `touch ${marker}`),
        PYTHONPATH: '/evil',
        PERL5LIB: '/evil',
      },
    });
    expect(said).toContain(names.map((name) => `${name}=`).join('\n'));
    expect(said.split('\n').filter((line) => /^[A-Z0-9_]+=(?:\/evil|.*evil\/env|--no-w)/.test(line))).toEqual(
      [],
    );
    expect(said.endsWith(`${CANARY}\n`)).toBe(true);
    await expect(readFile(marker)).rejects.toThrow();
  });

  it('does not make a backend trust another server, nor go through a proxy', async () => {
    const certificates = await makeCertificates(dirname(await put(world, 'tls/keep', '')));
    const vault = await startVaultDouble(certificates);
    try {
      vault.put('secret/mcp/github', { token: CANARY });
      const source = { backend: 'vault' as const, argument: { path: 'mcp/github', field: 'token' } };
      const session = { VAULT_TOKEN: vault.rootToken };
      const asWith = (env: Readonly<Record<string, string>>) => ({
        ...world,
        ctx: { ...world.ctx, env: { ...world.ctx.env, VAULT_ADDR: vault.url, ...env } },
      });
      const id = await approved(asWith({}), packageRecord('facts', { source }));
      const evil = { ...session, NODE_TLS_REJECT_UNAUTHORIZED: '0', HTTPS_PROXY: 'http://127.0.0.1:1' };
      // Node has a warning of its own for the first of them.
      const { code, stdout, stderr } = await ended(startExec(world, id, { env: evil }));
      expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('error[SECRET_BACKEND_FAILED]: secret "source": vault');
      expect(stderr).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
      expect(stderr).not.toContain(vault.rootToken);
      expect(vault.requests).toEqual([]);
      // What was trusted at approval is trusted, whether the entry says so or not.
      await approved(
        asWith({ VAULT_CACERT: certificates.files.authority }),
        packageRecord('facts', { source }),
      );
      expect(JSON.parse(await output(id, { env: session })).env.SOURCE).toBe(CANARY);
    } finally {
      await vault.close();
    }
  });

  it('does not move the folder of launches to one that somebody else has filled', async () => {
    const id = await approved(world, packageRecord('facts', { token }));
    const data = join(world.home.folder, 'project/data');
    await mkdir(join(data, 'mcpform/launches'), { recursive: true });
    expect(await refusal(id, { env: { XDG_DATA_HOME: data } })).toContain('error[LAUNCH_UNKNOWN]');
    // As a repository would bring them: readable by all.
    const forged = await readFile(recordFile(id));
    await writeFile(join(data, `mcpform/launches/${id}.json`), forged, { mode: 0o644 });
    await writeFile(join(data, `mcpform/launches/${id}.grants`), await readFile(grantsOf(id)), {
      mode: 0o644,
    });
    await mkdir(join(data, 'mcpform/store'));
    const said = await refusal(id, { env: { XDG_DATA_HOME: data } });
    expect(said).toMatch(/error\[(?:LAUNCH_REFUSED|LAUNCH_STORE|RESOLVE_[A-Z]+|LOCK_[A-Z]+)\]/);
  });
});

it('finds nothing in the folder that a client was opened in', async () => {
  const asked = 'asked-of-the-project';
  await script(`project/${asked}`, 'echo evil');
  await put(world, 'project/.env', 'TOKEN=evil\nNODE_OPTIONS=--require=./evil.cjs\n');
  await put(world, 'project/evil.cjs', 'process.stdout.write("evil")');
  await put(world, 'project/node_modules/dep/index.js', 'module.exports = "evil"');
  const source = { backend: 'exec' as const, argument: [asked] };
  const env = { ...world.ctx.env, PATH: ['', '.', world.home.env['PATH']].join(delimiter) };
  const relative = { ...world, ctx: { ...world.ctx, env } };
  const missing = await approved(relative, packageRecord('facts', { source }));
  expect(await refusal(missing, { env: { PATH: env.PATH } })).toContain(
    `error[SECRET_BACKEND_MISSING]: secret "source": exec "${asked}": the program`,
  );
  await expect(approved(relative, commandRecord(asked, { token }))).rejects.toThrow('is not on the PATH');
  const id = await approved(world, packageRecord('facts', { token }));
  expect(JSON.parse(await output(id)).env.TOKEN).toBe(CANARY);
});
