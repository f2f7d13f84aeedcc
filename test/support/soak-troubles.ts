import { mkdir, open, readFile, rename, rm, rmdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isErrno } from '../../src/model/error.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { SoakWorld } from './soak-world.ts';

/** Makes trouble, waits a moment, and takes it back, but for what the loop itself is to put right. `at`: which time. */
export type Trouble = (world: SoakWorld, at: number) => Promise<void>;

export const TROUBLES: Readonly<Record<string, Trouble>> = {
  'changed by hand': drift,
  'removed by hand': async (world, at) => world.edit((servers) => delete servers[nameOf(world, at)]),
  'foreign entry': async ({ theirs, edit }, at) => {
    const [name, entry] = [`theirs-${at % 5}`, { command: `theirs-${at}` }];
    await edit((servers) => {
      servers[name] = entry;
    });
    theirs.set(name, entry);
  },
  'new commit': async ({ stack }, at) => stack.commit(at),
  'broken commit': async (world, at) => {
    await world.stack.commitBroken();
    await drift(world, at);
    await between(2_000, 8_000);
    await world.stack.commit(at);
  },
  'source gone': async (world, at) => {
    const bring = await world.cutSource();
    await drift(world, at);
    await between(2_000, 8_000);
    await bring();
    await world.stack.commit(at);
  },
  'file locked': async (world, at) => {
    const lock = `${world.config}.lock`;
    await mkdir(lock);
    await drift(world, at);
    await between(500, 4_000);
    const now = new Date();
    await utimes(lock, now, now);
    await rmdir(lock);
  },
  'file half-written': async (world, at) => {
    await drift(world, at);
    const text = await readFile(world.config, 'utf8');
    await truncate(world.config, text.length >> 1);
    await between(200, 3_000);
    await writeFile(world.config, text);
  },
  'folder in its place': async (world, at) => {
    const { config } = world;
    await drift(world, at);
    await rename(config, `${config}.aside`);
    // The loop may have made a new file already.
    await mkdir(config).catch(only('EEXIST'));
    await between(200, 3_000);
    await rmdir(config).catch(only('ENOTDIR'));
    await rename(`${config}.aside`, config);
  },
  'disk full': async (world, at) => {
    if (!world.hasOwnDisk) return;
    const file = join(world.state, 'full');
    await fill(file);
    await drift(world, at);
    await between(2_000, 8_000);
    await rm(file);
  },
  SIGHUP: async ({ loop }) => {
    process.kill(loop.pid, 'SIGHUP');
  },
  '--now': async ({ stack, beside }, at) => {
    await stack.commit(at);
    await beside('reconcile', '--now', '--allow-local');
  },
  'suspend, resume': async (world, at) => {
    const [name, { edit, beside, wrong }] = [nameOf(world, at), world];
    await beside('suspend', `claude-code/user/${name}`);
    await edit((servers) => {
      servers[name] = { command: 'suspended' };
    });
    await between(500, 3_000);
    if ((await wrong())?.includes('suspended') !== true) throw new Error(`${name} was put back all the same`);
    await beside('resume', `claude-code/user/${name}`);
  },
  'process stopped': async (world, at) => {
    process.kill(world.loop.pid, 'SIGSTOP');
    await drift(world, at);
    await between(2_000, 20_000);
    process.kill(world.loop.pid, 'SIGCONT');
  },
};

async function drift(world: SoakWorld, at: number): Promise<void> {
  await world.edit((servers) => {
    const before = servers[nameOf(world, at)] as JsonObject | undefined;
    servers[nameOf(world, at)] = { ...before, command: `drifted-${at}` };
  });
}

/** One after the other, so that none is changed so often that the loop calls it a fight. */
function nameOf({ stack }: SoakWorld, at: number): string {
  const names = [...stack.wanted.keys()];
  return names[at % names.length] as string;
}

async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (;;) await handle.write(Buffer.alloc(4096));
  } catch (error) {
    only('ENOSPC')(error);
  } finally {
    await handle.close();
  }
}

function only(code: string): (error: unknown) => void {
  return (error) => {
    if (!isErrno(error, code)) throw error;
  };
}

async function between(leastMs: number, mostMs: number): Promise<void> {
  await pause(leastMs + Math.random() * (mostMs - leastMs));
}
