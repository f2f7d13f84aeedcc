import type { Code } from '../../../model/codes.ts';
import { McpformError } from '../../../model/error.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Call, Caller } from './call.ts';
import type { Deadline } from './deadline.ts';
import { shown } from './engine-failure.ts';
import { SSH_FAILED } from './ssh-stream.ts';

interface Trouble {
  readonly caller: Pick<Caller, 'name' | 'found'>;
  readonly request: Pick<Call, 'doing' | 'timeoutMs' | 'isPatient'>;
  readonly deadline: Pick<Deadline, 'isOver' | 'signal'>;
}

/** Why an engine was not heard, for people. Whatever is no such thing comes back as it is. */
export function noAnswer(error: unknown, { caller, request, deadline }: Trouble): unknown {
  if (error instanceof McpformError) return error;
  const { name } = caller;
  if (deadline.isOver()) {
    const seconds = Math.round(request.timeoutMs / 1000);
    const message = request.isPatient
      ? `${name} was to ${request.doing}, and nothing happened for ${seconds} s`
      : `${name} did not ${request.doing} within ${seconds} s`;
    return new McpformError('ENGINE_TIMEOUT', message, {
      hint: 'see whether `docker ps` answers; restart the engine if it does not',
    });
  }
  if (deadline.signal.aborted) return deadline.signal.reason;
  const code = codeOf(error);
  if (code === null) return error;
  const { what, hint, kind = 'ENGINE_UNAVAILABLE' } = explain(code, error as Error, caller);
  return new McpformError(kind, `${name} could not ${request.doing}: ${what}`, { hint, cause: error });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

interface Reason {
  readonly what: string;
  readonly hint: string;
  /** When it is not that there is no engine. */
  readonly kind?: Code;
}

function explain(code: string, { message }: Error, { found }: Trouble['caller']): Reason {
  const where = placeOf(found.endpoint);
  const saidBy = found.saidBy ?? 'DOCKER_HOST';
  switch (code) {
    case 'ENOENT':
      return { what: `there is no ${where}`, hint: found.hint ?? `start the engine, or correct ${saidBy}` };
    case 'ECONNREFUSED':
      return {
        what: `nothing listens at ${where}`,
        hint: found.hint ?? `start the engine, or correct ${saidBy}`,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        what: `you may not use ${where}`,
        hint: 'become a member of the group that owns it (`sudo usermod -aG docker $USER`, then log in again), or use an engine without root',
      };
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return {
        what: `the connection to ${where} ended`,
        hint: 'see whether the engine still runs, then do it again',
      };
    case SSH_FAILED:
      return {
        what: `ssh says: ${shown(message)}`,
        hint: `\`ssh ${hostIn(found.endpoint)} docker version\` must work, and must not ask anything`,
      };
    default:
      return explainRest(code, where, saidBy);
  }
}

function explainRest(code: string, where: string, saidBy: string): Reason {
  if (/CERT|SIGN|ISSUER|MISMATCH|^INVALID_|^ERR_(?:SSL|TLS|OSSL)|^EPROTO/.test(code)) {
    return {
      what: `${where} and this machine do not trust each other (${code})`,
      hint: `the certificates of ${saidBy} must be those that the engine was started with`,
    };
  }
  if (code.startsWith('HPE_') || code === 'EMSGSIZE') {
    return {
      what: `what listens at ${where} is no container engine`,
      hint: `correct ${saidBy}`,
      kind: 'ENGINE_FAILED',
    };
  }
  return { what: `${where} cannot be reached (${code})`, hint: `see whether ${saidBy} is right` };
}

/** In words: `socket "/var/run/docker.sock"`. */
function placeOf(endpoint: Endpoint): string {
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

function hostIn(endpoint: Endpoint): string {
  if (endpoint.kind !== 'ssh') return '';
  const { user, host, port } = endpoint;
  return `${port === null ? '' : `-p ${port} `}${user === null ? '' : `${user}@`}${host}`;
}
