import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { HealthTarget } from '../../model/health.ts';
import { isJsonObject, type Json, type JsonObject, sameJson, toPointer } from '../../model/json.ts';
import type { ClientEntry, Observation } from '../../model/provider.ts';
import { expandVariables, type Variables } from './expand-variables.ts';
import type { Facts } from './facts.ts';

/** As long as the client gives it. */
const HELPER_MS = 10_000;

/** What decides which program starts, and where headers are sent. Nothing else in an entry does. */
const DECIDING = ['type', 'command', 'args', 'headersHelper', 'url'] as const;

/** The server of an entry as Claude Code 2.1.328 starts it or connects to it. */
export async function reach(
  { server, target: { folder }, observed, declared, filled }: ClientEntry,
  observation: Observation,
  ctx: Context,
): Promise<HealthTarget | null> {
  // A secret in one is compared by its digest: the entry would not be unchanged with another.
  const deciding = DECIDING.filter((key) => !filled.includes(toPointer([key])));
  if (!deciding.every((key) => sameJson(observed[key], declared[key]))) return null;
  const variables = variablesOf(observation, ctx);
  const text = (value: Json | undefined): string => expandVariables(String(value ?? ''), variables);
  const texts = (value: Json | undefined): Record<string, string> =>
    Object.fromEntries(
      Object.entries(isJsonObject(value) ? value : {}).map(([name, each]) => [name, text(each)]),
    );
  const type = observed['type'];
  if (type === 'stdio') {
    const args = observed['args'];
    return {
      kind: 'stdio',
      command: text(observed['command']),
      args: Array.isArray(args) ? args.map(text) : [],
      env: { ...variables, ...texts(observed['env']) },
      ...(folder === undefined ? {} : { cwd: folder }),
    };
  }
  if (type !== 'http' && type !== 'sse' && type !== 'ws') return null;
  const url = text(observed['url']);
  const headers = texts(observed['headers']);
  const helped = await askHelper(observed['headersHelper'], { server, url, variables, folder }, ctx);
  return { kind: 'http', transport: type, url, headers: { ...headers, ...helped } };
}

/** Its own environment, and what settings add to it; a project's settings add nothing. */
function variablesOf({ facts }: Observation, { env }: Context): Variables {
  const { user, managed } = (facts as Facts).settings;
  const added = [user, ...managed].flatMap(({ env }) => (isJsonObject(env) ? Object.entries(env) : []));
  const set = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries([...set, ...added.map(([name, value]) => [name, String(value)] as const)]);
}

interface Asking {
  readonly server: string;
  readonly url: string;
  readonly variables: Variables;
  readonly folder: string | undefined;
}

async function askHelper(
  helper: Json | undefined,
  { server, url, variables, folder }: Asking,
  { system, platform }: Context,
): Promise<Readonly<Record<string, string>>> {
  if (typeof helper !== 'string') return {};
  const [shell, ...first] = platform === 'win32' ? ['cmd', '/d', '/c'] : ['/bin/sh', '-c'];
  const env = {
    ...variables,
    ...{ CLAUDE_CODE_MCP_SERVER_NAME: server, CLAUDE_CODE_MCP_SERVER_URL: url },
  };
  const { exitCode, stdout } = await system.processes.run(shell as string, [...first, helper], {
    ...{ env, inheritsEnv: false, timeoutMs: HELPER_MS },
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  const headers = exitCode === 0 ? readHeaders(stdout) : null;
  if (headers !== null) return headers;
  const what = exitCode === 0 ? 'printed something else than headers' : `ended with exit code ${exitCode}`;
  throw new McpformError('HEALTH_TARGET', `server "${server}" cannot be asked: its header helper ${what}`, {
    hint: 'run `mcpform secrets check`, or the helper itself where it is your own',
  });
}

function readHeaders(text: string): Readonly<Record<string, string>> | null {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  const isHeaders = isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string');
  return isHeaders ? (value as JsonObject as Readonly<Record<string, string>>) : null;
}
