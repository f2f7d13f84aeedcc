import { hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import type { MachineIdentity } from '../model/system.ts';
import { removeSealed } from '../system/launch/remove-sealed.ts';

/**
 * Folders beside the stores in which something becomes a store, or ceases to be one. Their names say which process
 * works in them: `.staging.<machine>.<boot and pid namespace>.<pid>.<start>.<random>`. No launch looks into them.
 */
const PREFIX = '.staging.';

/** A name that nobody else uses. The folder is not made. */
export async function stagingPlace(stores: string, ctx: Pick<Context, 'system'>): Promise<string> {
  const me = await ctx.system.processes.identity();
  const words = [
    machineOf(me),
    bootOf(me),
    me.pid,
    short(me.startTime ?? ''),
    randomBytes(8).toString('hex'),
  ];
  return join(stores, PREFIX + words.join('.'));
}

/** Removes what processes left that are certainly gone; never by age, and never another machine's. */
export async function sweepStaging(stores: string, ctx: Pick<Context, 'system'>): Promise<void> {
  const me = await ctx.system.processes.identity();
  for (const name of await ctx.system.files.list(stores)) {
    if (name.startsWith(PREFIX) && (await isGone(name, me, ctx))) await removeSealed(join(stores, name));
  }
}

async function isGone(name: string, me: MachineIdentity, ctx: Pick<Context, 'system'>): Promise<boolean> {
  const [machine, boot, pid, start] = name.slice(PREFIX.length).split('.');
  if (machine !== machineOf(me)) return false;
  const [bootId, namespace] = (boot ?? '').split('-');
  const [ourBoot, ourNamespace] = bootOf(me).split('-');
  if (bootId !== ourBoot) return true;
  // Another container's processes cannot be seen from here.
  if (namespace !== ourNamespace || !/^\d+$/.test(pid ?? '')) return false;
  const { isAlive, startTime } = await ctx.system.processes.inspect(Number(pid));
  return !isAlive || (startTime !== null && start !== short('') && short(startTime) !== start);
}

function machineOf({ machineId }: MachineIdentity): string {
  return short(machineId);
}

function bootOf({ bootId, pidNamespace }: MachineIdentity): string {
  return `${short(bootId)}-${short(pidNamespace ?? '')}`;
}

function short(text: string): string {
  return hash('sha256', text).slice(0, 12);
}
