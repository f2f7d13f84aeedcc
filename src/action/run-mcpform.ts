import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Log } from './log.ts';
import type { Surroundings } from './surroundings.ts';

/** What one run of the command line said. */
export interface Ran {
  readonly exitCode: number;
  /** The documents of its stdout: one, or the events of an apply. */
  readonly documents: readonly JsonObject[];
  /** When it failed. */
  readonly error: Failure | null;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly findings: readonly Finding[];
}

export interface MayRun {
  readonly around: Surroundings;
  readonly log: Log;
  /** Absolute: where it runs. */
  readonly folder: string;
}

/** Runs `mcpform … --json`, shows what it tells people, and reads what it tells programs. Its tokens stay with us. */
export async function runMcpform(args: readonly string[], { around, log, folder }: MayRun): Promise<Ran> {
  const { command, args: first } = around.mcpform;
  const ran = await around.system.processes.run(command, [...first, ...args, '--json'], {
    cwd: folder,
    env: environment(around.env),
    inheritsEnv: false,
  });
  log.text(ran.stderr);
  const documents = readDocuments(ran.stdout);
  return { exitCode: ran.exitCode, documents, error: failureOf(documents) };
}

/** The document of a command that answers with one. Throws what the command failed with. */
export function answerOf(ran: Ran): JsonObject {
  if (ran.error !== null) throw asError(ran.error);
  const [answer] = ran.documents;
  if (answer === undefined || ran.documents.length !== 1) throw unreadable(`ended with ${ran.exitCode}`);
  return answer;
}

/** As one of ours, under the code that it had; what findings it carried goes along. */
export function asError({ code, message, hint, findings }: Failure): McpformError {
  const error = new McpformError('ACTION_COMMAND_FAILED', `${code}: ${message}`, {
    findings,
    ...(hint === undefined ? {} : { hint }),
  });
  return error;
}

/** Nothing of an action's inputs, tokens among them, is handed on. */
function environment(env: Surroundings['env']): Record<string, string> {
  const isOurs = (name: string): boolean => name.startsWith('INPUT_') || name.startsWith('ACTIONS_');
  return Object.fromEntries([
    ...Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !isOurs(entry[0]),
    ),
    ['NO_COLOR', '1'],
    ['CI', env['CI'] ?? 'true'],
  ]);
}

function readDocuments(stdout: string): readonly JsonObject[] {
  const text = stdout.trim();
  if (text === '') return [];
  const whole = parse(text);
  if (whole !== undefined) return isJsonObject(whole) ? [whole] : [];
  return text.split('\n').flatMap((line) => {
    const value = parse(line);
    if (value === undefined || !isJsonObject(value)) throw unreadable('printed a line that is no JSON');
    return [value];
  });
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function failureOf(documents: readonly JsonObject[]): Failure | null {
  const error = documents.map((document) => document['error']).find((each) => each !== undefined);
  if (error === undefined || !isJsonObject(error)) return null;
  // Written by the same version of ourselves: see schemas/event.schema.json.
  return { findings: [], ...(error as unknown as Omit<Failure, 'findings'>) };
}

function unreadable(what: string): McpformError {
  return new McpformError('ACTION_COMMAND_FAILED', `mcpform ${what}`, {
    hint: 'see the log of this step',
  });
}
