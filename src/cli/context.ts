import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { devNull, homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { launcherCommand } from '../launch/launcher-command.ts';
import type { Conceal } from '../model/conceal.ts';
import type { Context, Folders } from '../model/context.ts';
import type { Emit } from '../model/event.ts';
import type { System } from '../model/system.ts';
import { foreignOwner } from '../state/identity.ts';
import { ensureKey, loadKey } from '../state/machine-key.ts';
import { readOnly } from '../system/read-only.ts';
import { realSystem } from '../system/real.ts';
import type { Touches } from './command.ts';

export interface ContextRequest {
  readonly touches: Touches;
  /** What is digested will be read by a later run, or is compared with what others write meanwhile: a saved plan, a watch. */
  readonly needsLastingKey: boolean;
  /** Whether what keeps secrets, or a server, may be asked by a command that only looks. */
  readonly asksOthers?: boolean;
  readonly stateDir: string | undefined;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly conceal: Conceal;
}

/** The world as one command may touch it. Only a writing command gets a system that writes. */
export async function makeContext(request: ContextRequest): Promise<Context> {
  const { env, touches } = request;
  const home = env['HOME'] ?? homedir();
  const real = realSystem();
  const isForeign = (await foreignOwner(process.getuid?.() ?? -1, { system: real, home })) !== null;
  const found = findFolders(home, request);
  const folders = isForeign ? { ...found, cache: NOWHERE } : found;
  const { asksOthers = false } = request;
  const system: System = touches === 'write' ? real : readOnly(real, [folders.cache], { asksOthers });
  // As a key object: a buffer would be prepared anew for each of the thousands of digests of a plan.
  const key = createSecretKey(
    await keyFor(request.needsLastingKey ? 'write' : touches, { system: real, folders, home }),
  );
  return {
    system,
    home,
    env,
    platform: process.platform,
    signal: request.signal,
    emit: request.emit,
    folders,
    launcher: launcherCommand(),
    digest: (text) => createHmac('sha256', key).update(text).digest('base64url'),
    conceal: request.conceal,
  };
}

/** A cache that cannot be made, for root in the home of another: who looks around leaves nothing behind. */
const NOWHERE = join(devNull, 'mcpform');

/** Before anything was applied there is no key, and nothing yet that was digested with it. */
async function keyFor(
  touches: Touches,
  where: Pick<Context, 'system' | 'folders' | 'home'>,
): Promise<Buffer> {
  switch (touches) {
    case 'nothing':
      return randomBytes(32);
    case 'read':
      return (await loadKey(where)) ?? randomBytes(32);
    case 'write':
      return await ensureKey(where);
  }
}

/** The XDG base directory rules: a relative value counts as unset. */
function findFolders(home: string, { env, stateDir, cwd }: ContextRequest): Folders {
  const base = (name: string, fallback: string): string => {
    const value = env[name];
    return value !== undefined && isAbsolute(value) ? value : join(home, fallback);
  };
  return {
    state:
      stateDir === undefined
        ? join(base('XDG_STATE_HOME', '.local/state'), 'mcpform')
        : resolve(cwd, stateDir),
    cache: join(base('XDG_CACHE_HOME', '.cache'), 'mcpform'),
    config: join(base('XDG_CONFIG_HOME', '.config'), 'mcpform'),
    data: join(base('XDG_DATA_HOME', '.local/share'), 'mcpform'),
  };
}
