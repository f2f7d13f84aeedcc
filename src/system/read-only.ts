import { resolve, sep } from 'node:path';
import { McpformError } from '../model/error.ts';
import type { HttpRequest, Network, Processes, System } from '../model/system.ts';
import { wrapFiles } from './wrap-files.ts';

/**
 * A system that writes only inside the given folders: what `plan`, `status` and `validate` get. A write anywhere
 * else is refused before it touches anything, and so are a program that would stay and every request that is not only
 * a question. Reading, and running programs to their end, are as in `system`.
 */
export function readOnly(
  system: System,
  writableFolders: readonly string[],
  { asksOthers = false }: ReadOnlyOptions = {},
): System {
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
  const processes: Processes = {
    ...system.processes,
    start: async (command, args, options) => {
      if (asksOthers || isWayToEngine(command, args)) return system.processes.start(command, args, options);
      throw new McpformError('SYSTEM_READ_ONLY', `refused to start "${command}": this command only looks`, {
        hint: 'please report this as a bug',
      });
    },
  };
  const network = asksOthers ? system.network : onlyAsking(system.network);
  return { files, clock: system.clock, processes, network };
}

export interface ReadOnlyOptions {
  /** What keeps secrets, or a server, is asked, because a person said so: it may be a program that reads stdin, or take a POST. */
  readonly asksOthers?: boolean;
}

/** To a container engine on another machine: what is asked of it on that way is for whoever asks to say. */
function isWayToEngine(command: string, args: readonly string[]): boolean {
  return command === 'ssh' && / -- \S+ docker (?:--host \S+ )?system dial-stdio$/.test(args.join(' '));
}

function onlyAsking(network: Network): Network {
  return {
    request: async (request) => {
      if (request.method === 'GET' || request.method === 'HEAD' || isTokenRequest(request)) {
        return network.request(request);
      }
      const { host } = new URL(request.url);
      throw new McpformError(
        'SYSTEM_READ_ONLY',
        `refused to send ${request.method} to "${host}": this command only looks`,
        { hint: 'please report this as a bug' },
      );
    },
  };
}

/** Asking for a token changes nothing, but the one way with an identity token is a POST (RFC 6749, section 6). */
function isTokenRequest({ method, body }: HttpRequest): boolean {
  return (
    method === 'POST' && body instanceof Uint8Array && Buffer.from(body).toString().startsWith('grant_type=')
  );
}
