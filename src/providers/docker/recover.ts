import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { Begin } from '../../model/journal.ts';
import { connectEngine } from './connect.ts';
import { type Connect, findEngine } from './perform/find-engine.ts';
import { recoverContainer } from './perform/recover-container.ts';
import { waitForLate } from './perform/wait-for-late.ts';
import { kindOf } from './place.ts';

/**
 * Clears up after steps that a killed run began: a replacement that was not committed is rolled back, one that was is
 * finished, and what was created and not known to work is removed. Then what is there is as before or as after, and
 * whoever looks can tell which. May itself be killed anywhere, and called again. What an engine does not let be done is
 * left as it is, and comes back by the engine's name.
 */
export async function recover(
  pending: readonly Begin[],
  ctx: Context,
  connect: Connect = connectEngine,
): Promise<ReadonlyMap<string, Finding>> {
  const left = new Map<string, Finding>();
  for (const file of new Set(pending.map(({ place }) => place.file))) {
    const begins = pending.filter(({ place }) => place.file === file);
    const trouble = await recoverOn(begins, connect, ctx);
    if (trouble !== null) left.set(file, trouble);
  }
  return left;
}

async function recoverOn(begins: readonly Begin[], connect: Connect, ctx: Context): Promise<Finding | null> {
  let trouble: Finding | null = null;
  const attempt = async (begin: Begin): Promise<void> => {
    const reached = await findEngine(begin.place, connect, ctx);
    await waitForLate(begin, reached.engine, ctx);
    if (kindOf(begin.place) === 'container') await recoverContainer(begin, reached, ctx);
  };
  await Promise.all(
    begins.map(async (begin) => {
      try {
        await attempt(begin);
      } catch (error) {
        if (!(error instanceof McpformError)) throw error;
        trouble ??= troubleWith(begin, error);
      }
    }),
  );
  return trouble;
}

function troubleWith({ address, place }: Begin, { code, message, hint }: McpformError): Finding {
  return {
    code,
    severity: 'error',
    address,
    message: `"${address}" was being changed when the last run ended, and that could not be settled: ${message}`,
    hint: hint ?? `see what "${place.file}" has of it, then apply again`,
  };
}
