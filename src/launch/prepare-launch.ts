import { hash } from 'node:crypto';
import { launchId } from '../graph/launch-id.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { LaunchRecord } from '../model/launch.ts';
import type { InstallerFor } from './installers.ts';

export { isPrepared } from './is-prepared.ts';

export interface Launch {
  readonly record: LaunchRecord;
  /** Text of the file in the lock folder; null where the pin has no `tree`. */
  readonly tree: string | null;
}

export interface PreparedLaunch {
  /** `launchId(record)`: what the client's entry names. */
  readonly id: string;
  /** Something was fetched: the store was not there, or what was there was replaced. */
  readonly installed: boolean;
  /** LAUNCH_REPLACED when an edited store was replaced. */
  readonly findings: readonly Finding[];
}

/**
 * Makes ready what an entry with this launch starts: the package in the store, and the record that says so. Goes to
 * the network only when the store is not there or was edited. Repeating it, or doing it in two processes at once,
 * ends the same. Throws LAUNCH_* and RESOLVE_*; then no record was written.
 */
export async function prepareLaunch(
  launch: Launch,
  ctx: Context,
  installerFor?: InstallerFor,
): Promise<PreparedLaunch> {
  const { record, tree } = launch;
  assertTree(record.pin, tree);
  const id = launchId(record);
  // Plans only ask whether a launch is prepared, and shall not load what prepares one.
  const { prepare } = await import('./prepare.ts');
  return await prepare({ id, record, tree }, ctx, installerFor);
}

/** Throws RESOLVE_INTEGRITY unless the text is the one the pin names. */
export function assertTree({ package: name, tree: pinned }: LaunchRecord['pin'], tree: string | null): void {
  if (pinned === undefined) return;
  const found = tree === null ? 'no such file' : `sha256:${hash('sha256', tree.replaceAll('\r\n', '\n'))}`;
  if (found === pinned) return;
  throw new McpformError(
    'RESOLVE_INTEGRITY',
    `the dependencies of "${name}" in the lock folder are not the pinned ones (${pinned} pinned, ${found} found)`,
    { hint: 'restore the lock folder from Git, or run `mcpform lock`' },
  );
}
