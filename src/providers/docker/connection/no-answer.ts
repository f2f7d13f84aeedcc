import type { Code } from '../../../model/codes.ts';
import { McpformError } from '../../../model/error.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Call, Caller } from './call.ts';
import type { Deadline } from './deadline.ts';

interface Trouble {
  readonly caller: Pick<Caller, 'name' | 'endpoint'>;
  readonly request: Pick<Call, 'doing' | 'timeoutMs'>;
  readonly deadline: Pick<Deadline, 'isOver' | 'signal'>;
}

/** Why an engine was not heard, for people. Whatever is no such thing comes back as it is. */
export function noAnswer(error: unknown, { caller, request, deadline }: Trouble): unknown {
  if (error instanceof McpformError) return error;
  if (deadline.isOver()) {
    const seconds = Math.round(request.timeoutMs / 1000);
    return new McpformError('ENGINE_TIMEOUT', `${caller.name} did not ${request.doing} within ${seconds} s`, {
      hint: 'see whether `docker ps` answers; restart the engine if it does not',
    });
  }
  if (deadline.signal.aborted) return deadline.signal.reason;
  const code = errnoOf(error);
  if (code === null) return error;
  const [what, hint, kind = 'ENGINE_UNAVAILABLE'] = explain(code, caller.endpoint);
  const message = `${caller.name} was to ${request.doing}, but ${what}`;
  return new McpformError(kind, message, { hint, cause: error });
}

function errnoOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** What happened, what to do, and which kind of failure it is when it is not that there is no engine. */
function explain(code: string, endpoint: Endpoint): readonly [string, string, Code?] {
  const where = placeOf(endpoint);
  switch (code) {
    case 'ENOENT':
      return [`there is no ${where}`, START];
    case 'ECONNREFUSED':
      return [`nothing listens at ${where}`, START];
    case 'EACCES':
    case 'EPERM':
      return [`you may not use ${where}`, MAY_NOT];
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return [`the connection to ${where} ended`, 'see whether the engine still runs, then apply again'];
    case 'EMSGSIZE':
      return ['it went on without an end', 'see what listens there', 'ENGINE_FAILED'];
    default:
      return [`${where} cannot be reached (${code})`, REACH];
  }
}

const START = 'start the engine, or say with DOCKER_HOST or `docker context use` where another one is';
const MAY_NOT = 'add yourself to the group that owns it (`sudo usermod -aG docker $USER`, then log in again)';
const REACH =
  'see whether `docker ps` reaches it; DOCKER_HOST and `docker context ls` say where it is looked for';

/** In words: `socket "/var/run/docker.sock"`. */
export function placeOf(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'unix':
      return `socket "${endpoint.path}"`;
    case 'pipe':
      return `pipe "${endpoint.path}"`;
    case 'tcp':
      return `"tcp://${endpoint.host}:${endpoint.port}"`;
    case 'ssh':
      return `"ssh://${endpoint.host}"`;
  }
}
