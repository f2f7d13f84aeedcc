import type { Context } from '../model/context.ts';
import type { Manifest } from '../model/manifest.ts';
import type { CommandInput } from './command.ts';

/** Whether anything of it belongs into a lock. */
export function needsLock({ servers }: Pick<Manifest, 'servers'>): boolean {
  return servers.some(({ runtime: { kind } }) => kind === 'package' || kind === 'image');
}

/** `--locked`, `--no-locked`, or else whether `CI` is set, as build servers do. */
export function isLocked({ options }: CommandInput, { env }: Pick<Context, 'env'>): boolean {
  const given = options['locked'];
  if (typeof given === 'boolean') return given;
  const ci = env['CI'];
  return ci !== undefined && ci !== '' && ci !== '0' && ci !== 'false';
}
