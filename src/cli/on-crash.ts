import { version } from '../engine/version.ts';
import { concealBug } from '../formats/conceal-error.ts';
import type { Conceal } from '../model/conceal.ts';
import { EXIT } from '../model/exit-code.ts';
import { renderBug } from '../report/bug.ts';

/** Tells of an error that nobody waits for as of any other bug: Node would print it as it is, secrets included. */
export function onCrash(err: (text: string) => void, conceal: Conceal): { stop(): void } {
  const handler = (error: unknown): void => {
    err(conceal.conceal(renderBug(concealBug(error, conceal), version)));
    process.exit(EXIT.error);
  };
  process.on('uncaughtException', handler);
  return { stop: () => void process.off('uncaughtException', handler) };
}
