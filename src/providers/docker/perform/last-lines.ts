import { escapeText } from '../../../formats/escape.ts';
import { looksLikeSecret, redactLine } from '../../../formats/redact.ts';
import { McpformError } from '../../../model/error.ts';
import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { Engine } from '../engine.ts';

const LINES = 10;

/** What a container wrote last, as it is; nothing where its log cannot be read. */
export async function lastLines(engine: Engine, id: string): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    for await (const { text } of engine.logs(id, { tail: LINES })) lines.push(text);
  } catch (error) {
    // A log driver that keeps nothing here, or an engine that is gone: not what went wrong with the container.
    if (!(error instanceof McpformError)) throw error;
  }
  return lines.filter((line) => line.trim() !== '').slice(-LINES);
}

/** The same for people: without what the container was given in confidence, or what looks like it. */
export function maskLines(lines: readonly string[], { env }: JsonObject): readonly string[] {
  const secrets = Object.entries(isJsonObject(env) ? env : {}).flatMap(([name, value]) =>
    typeof value === 'string' && value.length >= SHORTEST && looksLikeSecret(name, value) !== null
      ? [value]
      : [],
  );
  return lines.map((line) => escapeText(redactLine(secrets.reduce(hide, line))));
}

/** Shorter ones are in every other word. */
const SHORTEST = 4;

function hide(line: string, secret: string): string {
  return line.replaceAll(secret, '*'.repeat(secret.length));
}
