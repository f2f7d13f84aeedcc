import type { Conceal } from '../model/conceal.ts';
import { McpformError } from '../model/error.ts';
import { concealJson } from './conceal-json.ts';

/** The failure as it may be shown. Done before it is made into lines: a line may break inside of a value. */
export function concealError(error: McpformError, conceal: Conceal): McpformError {
  if (conceal.isEmpty()) return error;
  const { code, message, hint, at, findings } = error;
  const shown = concealJson({ message, hint, at, findings }, conceal);
  return new McpformError(code, shown.message, {
    ...(shown.hint === undefined ? {} : { hint: shown.hint }),
    ...(shown.at === undefined ? {} : { at: shown.at }),
    findings: shown.findings,
    cause: error.cause,
  });
}

/** What else was thrown, as it may be shown: its stack, or what it is as text. */
export function concealBug(error: unknown, conceal: Conceal): unknown {
  if (conceal.isEmpty()) return error;
  if (!(error instanceof Error)) return conceal.conceal(String(error));
  const shown = new Error(conceal.conceal(error.message));
  shown.stack = conceal.conceal(error.stack ?? error.message);
  return shown;
}
