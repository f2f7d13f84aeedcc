import { isJsonObject, type Json } from '../../model/json.ts';
import type { Transport } from '../../model/manifest.ts';
import type { EntrySpec } from '../../model/resource.ts';
import type { Problem } from './render.ts';

interface Field {
  /** Transports that keep it; the others drop it in silence. */
  readonly transports: readonly Transport[];
  /** What it must be, for the message; null when it is. */
  readonly problem: (value: Json) => string | null;
}

const remote: readonly Transport[] = ['http', 'sse', 'ws'];
const streaming: readonly Transport[] = ['http', 'sse'];

/** The client's own fields that a manifest may hold, as Claude Code 2.1.328 checks them. */
const fields: Readonly<Record<string, Field>> = {
  headersHelper: { transports: remote, problem: (value) => (isText(value) ? null : 'a command line') },
  oauth: { transports: streaming, problem: oauthProblem },
  alwaysLoad: {
    transports: ['stdio', ...remote],
    problem: (value) => (typeof value === 'boolean' ? null : 'true or false'),
  },
  tools: { transports: streaming, problem: toolsProblem },
};

/** What people write because other clients have it, and what to do here. */
const strangers: Readonly<Record<string, string>> = {
  cwd: 'start the server through a shell that changes the folder, or give absolute paths',
  disabled: 'use `enabled: false`',
  enabled: 'use `enabled` of the server itself',
  envFile: 'list the variables under `env`',
  autoApprove: 'permissions are set in the settings of Claude Code',
  alwaysAllow: 'permissions are set in the settings of Claude Code',
};

/** Fields that the client would drop in silence or reject. */
export function checkClientFields(spec: EntrySpec): readonly Problem[] {
  return Object.entries(spec.client).flatMap(([key, value]): Problem[] => {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) return [unknownField(key)];
    if (!field.transports.includes(spec.transport)) return [droppedField(key, spec.transport)];
    const problem = field.problem(value);
    return problem === null ? [] : [invalidField(key, problem)];
  });
}

function unknownField(key: string): Problem {
  const hint = Object.hasOwn(strangers, key) ? strangers[key] : 'remove it';
  return {
    code: 'CLIENT_FIELD_UNKNOWN',
    severity: 'error',
    message: `Claude Code has no field "${key}" and would ignore it`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function droppedField(key: string, transport: Transport): Problem {
  return {
    code: 'CLIENT_FIELD_DROPPED',
    severity: 'error',
    message: `Claude Code ignores "${key}" for ${transport} servers`,
    hint: 'remove it, or choose another transport',
  };
}

function invalidField(key: string, expected: string): Problem {
  return { code: 'CLIENT_FIELD_INVALID', severity: 'error', message: `"${key}" must be ${expected}` };
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== '';
}

const oauthFields: Readonly<Record<string, (value: Json) => string | null>> = {
  clientId: (value) => (isText(value) ? null : 'text'),
  callbackPort: (value) =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= 65_535 ? null : 'a port number',
  authServerMetadataUrl: (value) =>
    typeof value === 'string' && value.startsWith('https://') ? null : 'an https:// address',
  scopes: (value) => (typeof value === 'string' ? null : 'text, with spaces between the scopes'),
  xaa: (value) => (typeof value === 'boolean' ? null : 'true or false'),
};

function oauthProblem(value: Json): string | null {
  if (!isJsonObject(value)) return 'a map';
  for (const [key, member] of Object.entries(value)) {
    if (!Object.hasOwn(oauthFields, key)) {
      return `a map of ${Object.keys(oauthFields).join(', ')}, which "${key}" is none of`;
    }
    const problem = oauthFields[key]?.(member) ?? null;
    if (problem !== null) return `a map whose "${key}" is ${problem}`;
  }
  return null;
}

const permissions = new Set<Json | undefined>([undefined, 'always_allow', 'always_ask', 'always_deny']);

function toolsProblem(value: Json): string | null {
  const isTool = (tool: Json): boolean =>
    isJsonObject(tool) && isText(tool['name']) && permissions.has(tool['permission_policy']);
  return Array.isArray(value) && value.every(isTool)
    ? null
    : 'a list of maps with "name" and maybe "permission_policy" (always_allow, always_ask, always_deny)';
}
