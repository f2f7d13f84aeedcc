import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startKeyring } from '../../../support/keyring.ts';
import { realContext } from '../../../support/real-context.ts';
import { makeKeyRing, runTool, type ToolHome } from '../../../support/secret-tools.ts';
import type { Home } from '../../../support/throwaway-home.ts';
import { type OpenKeeper, textOf } from '../keeper.ts';

/** Backends with the real tools of this machine. */

const toolHome = (home: Home): ToolHome => ({
  folder: home.folder,
  context: ({ env = {} } = {}) => realContext(home, env),
});

export const pass: OpenKeeper = async (home) => {
  const tools = toolHome(home);
  const ring = await makeKeyRing(tools, 'g');
  const env = { GNUPGHOME: ring.folder };
  runTool(tools, ['pass', 'init', ring.fingerprint], { env });
  let store: Record<string, string> = {};
  return {
    backend: 'pass',
    what: 'pass with GnuPG',
    env: () => ({ ...env, ...store }),
    keep: async (name, value) => {
      runTool(tools, ['pass', 'insert', '-m', '-f', `mcp/${name}`], { input: value, env });
      return `mcp/${name}`;
    },
    fail: async (how) => {
      store = how === 'down' ? { PASSWORD_STORE_DIR: join(home.folder, 'nowhere') } : {};
      if (how === 'denied') {
        const keys = join(ring.folder, 'private-keys-v1.d');
        await rename(keys, `${keys}.away`);
        await mkdir(keys, { mode: 0o700 });
        ring.forget();
      }
      return how === 'down' || how === 'denied';
    },
    close: async () => ring.stop(),
  };
};

export const keychain: OpenKeeper = async (home) => {
  const keyring = await startKeyring(home);
  const { XDG_RUNTIME_DIR = '', DBUS_SESSION_BUS_ADDRESS = '' } = keyring.env;
  return {
    backend: 'keychain',
    what: 'secret-tool with GNOME Keyring',
    env: () => ({ XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS }),
    keep: async (name, value) => {
      const entry = ['store', '--label=canary', 'service', name, 'account', 'me'];
      const { exitCode } = await keyring.tool(entry, value);
      return exitCode === 0 ? { service: name, account: 'me' } : null;
    },
    fail: async (how) => {
      if (how === 'down') await keyring.stopDaemon();
      if (how === 'denied') await keyring.unlockWith('another password');
      if (how === 'silent') keyring.hold(true);
      return how === 'down' || how === 'denied' || how === 'silent';
    },
    close: keyring.end,
  };
};

/** With the real `age`, for a key of SSH, which our library does not read. */
export const ageWithSsh: OpenKeeper = async (home, folder) => {
  const tools = toolHome(home);
  const key = join(folder, 'key');
  runTool(tools, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
  return {
    backend: 'age',
    what: 'age with a key of SSH',
    env: () => ({}),
    keep: async (name, value) => {
      const file = join(folder, `${name}.age`);
      runTool(tools, ['age', '-o', file, '-R', `${key}.pub`], { input: value });
      return { file, identity: key };
    },
    fail: async (how) => {
      if (how === 'denied') {
        await rename(key, `${key}.away`);
        runTool(tools, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
      }
      return how === 'denied';
    },
  };
};

const SOPS = resolve(import.meta.dirname, '../../../secrets/doubles/sops-double.mjs');

/** A double of SOPS, which has the real `age` open its files. */
export const sops: OpenKeeper = async (home, folder) => {
  const tools = toolHome(home);
  const keys = join(home.folder, '.config/sops/age');
  await mkdir(keys, { recursive: true });
  runTool(tools, ['age-keygen', '-o', join(keys, 'keys.txt')]);
  const recipient = runTool(tools, ['age-keygen', '-y', join(keys, 'keys.txt')]).trim();
  const told = { values: {}, failure: null as string | null, canary: '' };
  const tell = (): Promise<void> => writeFile(join(folder, 'double.json'), JSON.stringify(told));
  await tell();
  const programs = join(folder, 'programs');
  await mkdir(programs);
  const script = `#!/bin/sh\nHOME='${folder}' XDG_CONFIG_HOME='${home.folder}/.config' exec '${process.execPath}' '${SOPS}' "$@"\n`;
  await writeFile(join(programs, 'sops'), script, { mode: 0o755 });
  return {
    backend: 'sops',
    what: 'a double of sops with age',
    env: () => ({}),
    programs,
    keep: async (name, value) => {
      const text = textOf(value);
      if (text === null) return null;
      const file = join(folder, `${name}.json`);
      await writeFile(file, JSON.stringify({ mcp: { token: text } }));
      const sealed = execFileSync(join(programs, 'sops'), ['--encrypt', '--age', recipient, file], {
        env: home.env,
        input: '',
      });
      await writeFile(file, sealed);
      return { file, key: 'mcp.token' };
    },
    fail: async (how, value) => {
      told.canary = value;
      told.failure = { silent: 'hang', garbage: 'binary', down: 'garbage' }[String(how)] ?? null;
      await tell();
      return told.failure !== null;
    },
  };
};

/** Files that an engine would have mounted: a name space of its own has them there. */
export const docker: OpenKeeper = async (_, folder) => {
  const mounted = join(folder, 'mounted');
  await mkdir(mounted);
  const through = join(folder, 'through');
  const inside = 'mount -t tmpfs none /run && mkdir /run/secrets && cp -p "$0"/* /run/secrets/ && exec "$@"';
  await writeFile(through, `#!/bin/sh\nexec unshare -m /bin/sh -c '${inside}' '${mounted}' "$@"\n`, {
    mode: 0o755,
  });
  return {
    backend: 'docker',
    what: 'files where an engine mounts secrets',
    env: () => ({}),
    through,
    keep: async (name, value) => {
      await writeFile(join(mounted, name), value, { mode: 0o444 });
      return name;
    },
    fail: async (how) => {
      if (how !== 'down') return false;
      for (const name of await readdir(mounted)) await rename(join(mounted, name), join(folder, name));
      await writeFile(join(mounted, 'another'), '');
      await chmod(mounted, 0o755);
      return true;
    },
  };
};
