import { version } from '../engine/version.ts';
import { concealJson } from '../formats/conceal-json.ts';
import { escapeJson } from '../formats/escape.ts';
import type { Conceal } from '../model/conceal.ts';
import type { Emit } from '../model/event.ts';
import type { Terminal } from './terminal.ts';

/** Starts a stream of newline-delimited JSON on stdout, as `schemas/event.schema.json` has it, without secrets. */
export async function openEventStream(terminal: Pick<Terminal, 'out'>, conceal: Conceal): Promise<Emit> {
  const { renderEventJson, renderVersionLine } = await import('../report/events.ts');
  terminal.out(renderVersionLine(version));
  let sequence = 0;
  return (event) => {
    terminal.out(escapeJson(renderEventJson(concealJson(event, conceal), sequence, Date.now())));
    sequence += 1;
  };
}
