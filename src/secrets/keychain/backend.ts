import { McpformError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { diagnoseProgram } from '../diagnose-program.ts';
import { findProgram } from '../find-program.ts';
import { type Keychain, toEntry, USER_VARIABLES } from './entry.ts';
import { macKeychain } from './macos.ts';
import { secretService } from './secret-service.ts';
import { credentialManager } from './windows.ts';

/** The keychain of the system at hand: a password by its service and account. */
export const backend: SecretBackend = {
  name: 'keychain',
  settings: USER_VARIABLES,
  session: ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'],
  read: async (argument, ctx) => await keychainOf(ctx).read(toEntry(argument, ctx), ctx),
  write,
  writeHint: 'give it with `mcpform secrets set`',
  diagnose,
};

/** Read again: `security` and `secret-tool` both say that all went well when they have kept a part. */
async function write(argument: Json, value: SecretValue, ctx: SecretContext): Promise<void> {
  const keychain = keychainOf(ctx);
  const entry = toEntry(argument, ctx);
  await keychain.write(entry, value, ctx);
  const kept = await keychain.read(entry, ctx);
  // What is read has lost a final line end.
  if (kept.reveal() === value.reveal().replace(/\r?\n$/, '')) return;
  throw new McpformError(
    'SECRET_BACKEND_FAILED',
    `${entry.what}: ${keychain.title} has kept something else`,
    {
      hint: 'look at what is there now, and write it in the keychain itself',
    },
  );
}

async function diagnose(sources: readonly Json[], ctx: SecretContext): Promise<Diagnosis> {
  const { program, install, obstacle } = keychainOf(ctx);
  const path = program(ctx);
  const diagnosis = await diagnoseProgram({ backend: 'keychain', program: path, install }, sources, ctx);
  const because = (await obstacle?.(ctx)) ?? null;
  if (because === null || (await findProgram(path, ctx)) === null) return diagnosis;
  return {
    ...diagnosis,
    state: sources.length === 0 ? 'ok' : 'warning',
    detail: `${diagnosis.detail}, but ${because}`,
    hint: 'run it in your desktop session, or set DBUS_SESSION_BUS_ADDRESS',
  };
}

function keychainOf({ platform }: SecretContext): Keychain {
  if (platform === 'darwin') return macKeychain;
  return platform === 'win32' ? credentialManager : secretService;
}
