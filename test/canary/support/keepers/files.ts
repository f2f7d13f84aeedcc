import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { type OpenKeeper, textOf } from '../keeper.ts';

/** Backends that need nothing but files and the environment. */

export const env: OpenKeeper = async () => {
  const values: Record<string, string> = {};
  let isThere = true;
  return {
    backend: 'env',
    what: 'the environment',
    env: () => (isThere ? values : {}),
    keep: async (name, value) => {
      const text = textOf(value);
      if (text === null) return null;
      const variable = `CANARY_${name.replaceAll('-', '_')}`;
      values[variable] = text;
      return variable;
    },
    fail: async (how) => {
      isThere = how !== 'down';
      return how === 'down';
    },
  };
};

export const file: OpenKeeper = async (_, folder) => {
  const files: string[] = [];
  return {
    backend: 'file',
    what: 'files',
    env: () => ({}),
    keep: async (name, value) => {
      const path = join(folder, name);
      await writeFile(path, value, { mode: 0o600 });
      files.push(path);
      return path;
    },
    fail: async (how) => {
      await Promise.all(files.map((path) => chmod(path, how === 'denied' ? 0o644 : 0o600)));
      return how === 'denied';
    },
  };
};

export const dotenv: OpenKeeper = async (_, folder) => {
  const path = join(folder, '.env');
  const lines: string[] = [];
  return {
    backend: 'dotenv',
    what: 'files of dotenv',
    env: () => ({}),
    keep: async (name, value) => {
      const text = textOf(value);
      if (text === null || text.includes("'")) return null;
      lines.push(`${name}='${text}'`);
      await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
      return { file: path, key: name };
    },
    fail: async (how, value) => {
      if (how === 'garbage') await writeFile(path, `\0${value} = "${value}`);
      await chmod(path, how === 'denied' ? 0o644 : 0o600);
      return how === 'denied' || how === 'garbage';
    },
  };
};

/** A shell script that prints the value, as somebody's own tool would. */
export const exec: OpenKeeper = async (_, folder) => {
  const how = join(folder, 'how');
  const script = join(folder, 'give.sh');
  await writeFile(how, 'well');
  await writeFile(script, SCRIPT, { mode: 0o600 });
  return {
    backend: 'exec',
    what: 'a program',
    env: () => ({}),
    keep: async (name, value) => {
      await writeFile(join(folder, name), value, { mode: 0o600 });
      return ['/bin/sh', script, folder, name];
    },
    fail: async (wanted, value) => {
      await writeFile(join(folder, 'said'), value);
      await writeFile(how, wanted);
      return true;
    },
  };
};

const SCRIPT = `case "$(cat "$1/how")" in
  down) cat "$1/said"; cat "$1/said" >&2; exit 1;;
  denied) printf 'permission denied: ' >&2; cat "$1/said" >&2; exit 77;;
  silent) cat "$1/said"; exec sleep 600;;
  garbage) cat "$1/said"; printf '\\377\\376'; exit 0;;
  talkative) cat "$1/said" >&2;;
esac
exec cat "$1/$2"
`;

export const age: OpenKeeper = async (home, folder) => {
  const identity = await generateIdentity();
  const place = join(home.folder, '.config/mcpform/age');
  await mkdir(place, { recursive: true, mode: 0o700 });
  const identityFile = join(place, 'identity.txt');
  await writeFile(identityFile, `${identity}\n`, { mode: 0o600 });
  const files: string[] = [];
  return {
    backend: 'age',
    what: 'files encrypted with age',
    env: () => ({}),
    keep: async (name, value) => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(await identityToRecipient(identity));
      const path = join(folder, `${name}.age`);
      await writeFile(path, await encrypter.encrypt(value));
      files.push(path);
      return { file: path };
    },
    fail: async (how, value) => {
      if (how === 'denied') await writeFile(identityFile, `${await generateIdentity()}\n`);
      if (how === 'garbage') await Promise.all(files.map((path) => writeFile(path, value)));
      return how === 'denied' || how === 'garbage';
    },
  };
};
