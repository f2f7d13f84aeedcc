import { McpformError } from '../model/error.ts';
import type { Installed, LaunchRecord, Program } from '../model/launch.ts';

/** The program that the manifest means. Throws LAUNCH_PROGRAM when the package has no such one. */
export function chooseProgram({ programs, main }: Installed, { bin, pin }: LaunchRecord): Program {
  const name = bin ?? main;
  if (name !== null && Object.hasOwn(programs, name)) return programs[name] as Program;
  const names = Object.keys(programs).sort();
  const has = names.length === 0 ? 'has no program' : `has ${names.map((each) => `"${each}"`).join(', ')}`;
  if (name !== null) {
    throw new McpformError('LAUNCH_PROGRAM', `"${pin.package}" has no program "${name}": it ${has}`, {
      hint: 'correct `bin` of the server',
    });
  }
  throw new McpformError('LAUNCH_PROGRAM', `"${pin.package}" ${has}`, {
    hint:
      names.length === 0 ? 'it is a library; use another package' : 'say with `bin` which one is the server',
  });
}
