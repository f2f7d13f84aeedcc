import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Diagnosis } from '../model/provider.ts';
import { loadProvider } from '../providers/index.ts';
import { assertOwnFolder, filesIn } from '../state/folder.ts';
import { assertOwnHome } from '../state/identity.ts';
import { readLockFile } from '../state/lock-owner.ts';
import { readState } from '../state/read-state.ts';
import { CLIENT_NAMES } from './client-names.ts';
import { declare } from './declare.ts';
import type { LoadRequest } from './load.ts';
import { readPolicies } from './read-policies.ts';
import { diagnoseBackends } from './secrets/report-backends.ts';

export interface DiagnoseRequest extends LoadRequest {
  /** Also what keeps secrets that the manifest does not use. */
  readonly allBackends: boolean;
}

/** Everything `doctor` looks at, in order. Nothing throws: what goes wrong is an answer. */
export async function diagnose(request: DiagnoseRequest, ctx: Context): Promise<readonly Diagnosis[]> {
  const clients = await Promise.all(
    CLIENT_NAMES.map(async (name) => (await (await loadProvider(name)).diagnose?.(ctx)) ?? []),
  );
  return [
    await check('node', async () => `${process.version} on ${ctx.platform}`),
    await check('home folder', async () => {
      await assertOwnHome(ctx);
      return ctx.home;
    }),
    await check('state folder', () => stateFolderDetail(ctx)),
    await check('machine policy', () => policyDetail(ctx)),
    ...clients.flat(),
    ...(await diagnoseStack(request, ctx)),
  ];
}

async function check(name: string, look: () => Promise<string>): Promise<Diagnosis> {
  try {
    return { check: name, state: 'ok', detail: await look() };
  } catch (error) {
    return failed(name, error);
  }
}

function failed(name: string, error: unknown): Diagnosis {
  if (!(error instanceof McpformError)) throw error;
  const [first] = error.findings;
  const detail = first === undefined ? error.message : `${error.message}: ${first.message}`;
  const hint = error.hint ?? first?.hint;
  return { check: name, state: 'failed', detail, ...(hint === undefined ? {} : { hint }) };
}

async function stateFolderDetail(ctx: Context): Promise<string> {
  const folder = ctx.folders.state;
  try {
    await assertOwnFolder(folder, ctx);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return `${folder}, not there yet`;
    throw error;
  }
  return folder;
}

async function policyDetail(ctx: Context): Promise<string> {
  const policies = await readPolicies(ctx);
  return policies.length === 0
    ? 'none: what you approve is allowed'
    : policies.map(({ file }) => file).join(', ');
}

/** The manifest here, if there is one, its books, and what keeps its secrets. */
async function diagnoseStack(request: DiagnoseRequest, ctx: Context): Promise<readonly Diagnosis[]> {
  const { checks, manifest } = await checkStack(request, ctx);
  return [...checks, ...(await diagnoseBackends(manifest, { all: request.allBackends }, ctx))];
}

interface StackChecks {
  readonly checks: readonly Diagnosis[];
  /** Null where there is none to read. */
  readonly manifest: Manifest | null;
}

async function checkStack(request: LoadRequest, ctx: Context): Promise<StackChecks> {
  try {
    const { manifest, loaded, books } = await declare(request, ctx);
    const state = await check('books', async () => {
      const { inventory, pending } = await readState(
        books,
        { stack: manifest.name, source: loaded.source },
        ctx,
      );
      const lock = await readLockFile(filesIn(books).lock, ctx);
      const holder =
        lock.kind === 'held' ? `, in use by "${lock.owner.command}" (process ${lock.owner.pid})` : '';
      if (inventory === null) return `${books}, nothing applied yet${holder}`;
      const settle = pending.length === 0 ? '' : `, ${pending.length} interrupted to settle`;
      const hold =
        inventory.hold === undefined ? '' : `, on hold since rollback ${inventory.hold.generation}`;
      return `${books}, serial ${inventory.serial}, ${Object.keys(inventory.entries).length} managed${settle}${hold}${holder}`;
    });
    const here: Diagnosis = { check: 'manifest', state: 'ok', detail: manifest.files.join(', ') };
    return { checks: [here, state], manifest };
  } catch (error) {
    if (error instanceof McpformError && error.code === 'MANIFEST_NOT_FOUND') {
      return { checks: [{ check: 'manifest', state: 'ok', detail: 'none here' }], manifest: null };
    }
    return { checks: [failed('manifest', error)], manifest: null };
  }
}
