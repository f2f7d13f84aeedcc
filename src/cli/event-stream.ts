import { version } from '../engine/version.ts';
import { escapeJson } from '../formats/escape.ts';
import type { Emit } from '../model/event.ts';
import type { Terminal } from './terminal.ts';

/** Starts a stream of newline-delimited JSON on stdout, as `schemas/event.schema.json` has it. */
export async function openEventStream(terminal: Pick<Terminal, 'out'>): Promise<Emit> {
  const { renderEventJson, renderVersionLine } = await import('../report/events.ts');
  terminal.out(renderVersionLine(version));
  let sequence = 0;
  return (event) => {
    terminal.out(escapeJson(renderEventJson(event, sequence, Date.now())));
    sequence += 1;
  };
}
