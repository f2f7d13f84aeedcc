import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { Inventory, SourceIdentity } from '../model/inventory.ts';
import type { StateContext } from './folder.ts';

/** Root writing into somebody else's home leaves files there that they can neither read nor remove. */
export async function assertOwnHome(ctx: Pick<Context, 'system' | 'home'>): Promise<void> {
  const owner = await foreignOwnerOfHome(ctx);
  if (owner === null) return;
  throw new McpformError(
    'STATE_FOREIGN_HOME',
    `running as root, and home "${ctx.home}" belongs to user ${owner}`,
    {
      hint: 'run it as that user, or with HOME set to the home of root (`sudo -H`)',
    },
  );
}

/** Whose the home is when this is root and it is not root's; else null. */
export async function foreignOwnerOfHome(ctx: Pick<Context, 'system' | 'home'>): Promise<number | null> {
  const { uid } = await ctx.system.processes.identity();
  return await foreignOwner(uid, ctx);
}

/** The same where it is known already who this is: the rest of an identity takes four files. */
export async function foreignOwner(
  uid: number,
  ctx: Pick<Context, 'system' | 'home'>,
): Promise<number | null> {
  if (uid !== 0) return null;
  const owner = await ownerOf(ctx.home, ctx);
  return owner === 0 ? null : owner;
}

async function ownerOf(path: string, ctx: Pick<Context, 'system'>): Promise<number | null> {
  try {
    return (await ctx.system.files.stat(await ctx.system.files.realPath(path))).uid;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/**
 * Whether two descriptions mean one source. Two clones of one remote are one source; a folder without a remote is
 * what it is by its place.
 */
export function isSameSource(a: SourceIdentity, b: SourceIdentity): boolean {
  return a.remote !== null && b.remote !== null ? a.remote === b.remote : a.root === b.root;
}

/** Whether the manifest was put together from the same files as last time. */
export function hasSameFiles(inventory: Inventory, source: SourceIdentity): boolean {
  const known = inventory.source.files;
  return known.length === source.files.length && known.every((file, index) => file === source.files[index]);
}

/** Stops when the books were written for another source, on another machine, by another user or with another key. */
export async function assertSameIdentity(
  inventory: Inventory,
  now: { readonly stack: string; readonly source: SourceIdentity },
  ctx: StateContext,
): Promise<void> {
  const { machineId, uid, hostName } = await ctx.system.processes.identity();
  if (inventory.machineId !== machineId) {
    throw new McpformError('STATE_OTHER_MACHINE', `the state of "${inventory.stack}" is another machine's`, {
      hint: `on "${hostName}", use another folder (\`--state-dir\`), or run \`mcpform state rebuild\` to make it this machine's`,
    });
  }
  if (inventory.uid !== uid) {
    throw new McpformError(
      'STATE_OTHER_USER',
      `the state is user ${inventory.uid}'s, and this is user ${uid}`,
      {
        hint: 'run it as that user, or name another folder with `--state-dir`',
      },
    );
  }
  if (inventory.stack !== now.stack || !isSameSource(inventory.source, now.source)) {
    throw otherSource(inventory, now.source);
  }
  if (inventory.keyCheck !== undefined && inventory.keyCheck !== keyCheckOf(ctx)) {
    throw new McpformError('STATE_OTHER_KEY', 'the state was written with another machine key', {
      hint: 'restore the key file, or run `mcpform state rebuild`',
    });
  }
}

function otherSource(inventory: Inventory, now: SourceIdentity): McpformError {
  const { stack, source } = inventory;
  return new McpformError(
    'STATE_OTHER_SOURCE',
    `stack "${stack}" is managed from "${nameOf(source)}", and this is "${nameOf(now)}"`,
    {
      hint: 'rename this stack; or, if its folder was moved or its repository renamed, run `mcpform state mv --accept-source`',
    },
  );
}

function nameOf(source: SourceIdentity): string {
  return source.remote ?? source.root;
}

/** Stops when a client now reads another config file than the one the books are about. */
export function assertSameConfigs(inventory: Inventory, configs: Readonly<Record<string, string>>): void {
  for (const [client, path] of Object.entries(configs)) {
    const known = inventory.configs[client];
    if (known === undefined || known === path) continue;
    throw new McpformError(
      'STATE_OTHER_CONFIG',
      `${client} now reads "${path}"; the state is about "${known}"`,
      {
        hint: 'point it back (CLAUDE_CONFIG_DIR?), use another `--state-dir`, or run `mcpform state rebuild`',
      },
    );
  }
}

/** A digest that only this machine's key gives. */
export function keyCheckOf(ctx: Pick<Context, 'digest'>): string {
  return ctx.digest('mcpform state key');
}
