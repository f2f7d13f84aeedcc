import { resolve, sep } from 'node:path';
import { McpformError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import { wrapFiles } from './wrap-files.ts';

/**
 * A system that writes only inside the given folders: what `plan`, `status` and `validate` get. A write anywhere
 * else is refused before it touches anything. Reading, and running programs, are as in `system`.
 */
export function readOnly(system: System, writableFolders: readonly string[]): System {
  const roots = writableFolders.map((folder) => resolve(folder));
  const isWritable = (path: string): boolean => {
    const whole = resolve(path);
    return roots.some((root) => whole === root || whole.startsWith(root + sep));
  };
  const files = wrapFiles(system.files, async (call, run) => {
    const refused = call.isWrite ? call.paths.find((path) => !isWritable(path)) : undefined;
    if (refused === undefined) return run();
    throw new McpformError('SYSTEM_READ_ONLY', `refused to write "${refused}": this command only looks`, {
      hint: 'please report this as a bug',
    });
  });
  return { files, clock: system.clock, processes: system.processes, network: system.network };
}
