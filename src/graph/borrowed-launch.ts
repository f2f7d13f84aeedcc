import type { Server } from '../model/manifest.ts';
import { templateText } from '../model/template.ts';
import type { Reason } from './launch.ts';

/**
 * Why a server must not be: it would start the launch of another, which may have been granted secrets that this one
 * was not. A launch id is for mcpform to write, and for no manifest.
 */
export function borrowedLaunch({ name, runtime, args, env, client }: Server): Reason | undefined {
  const command = runtime.kind === 'command' ? [runtime.command, ...args].map(templateText) : [];
  const helper = typeof client['headersHelper'] === 'string' ? [client['headersHelper']] : [];
  const isBorrowed = [command.join(' '), ...helper].some((line) => LAUNCH.test(asShell(line, env)));
  if (!isBorrowed) return undefined;
  return {
    code: 'GRAPH_LAUNCH_BORROWED',
    message: `server "${name}" would start a launch by its id, which only mcpform writes`,
    hint: 'declare the program, package or image itself: what it needs is granted to it then',
  };
}

/** `exec ID`, however the words between are quoted. */
const LAUNCH = /\bexec["']?\s+["']?[A-Za-z0-9][A-Za-z0-9_-]*-[0-9a-f]{32}\b/;

/** With its variables, as a shell would start it. */
function asShell(line: string, env: Server['env']): string {
  return line.replace(/\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?/g, (word, name: string) => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    return value === undefined ? word : templateText(value);
  });
}
