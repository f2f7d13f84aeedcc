import { resolve } from 'node:path';
import { McpformError } from '../model/error.ts';
import type { ListenPlace } from '../model/system.ts';

/** Where something listens: a port of loopback, or the path of a socket. `flag` is the option, for messages. */
export function listenPlace(text: string, flag: string, cwd: string): ListenPlace {
  if (/^[^/\\]*:\d+$/.test(text)) {
    throw new McpformError('USAGE', `${flag} ${text}: nothing of mcpform listens beyond this machine`, {
      hint: 'write the port alone, for loopback; who is elsewhere comes through a proxy of yours',
    });
  }
  if (!/^\d+$/.test(text)) return { kind: 'unix', path: resolve(cwd, text) };
  const port = Number(text);
  if (port >= 1 && port <= 65_535) return { kind: 'loopback', port };
  throw new McpformError('USAGE', `${flag} ${text} is not a port`, {
    hint: 'write a number up to 65535, or a path',
  });
}
