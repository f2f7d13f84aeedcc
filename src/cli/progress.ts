import { version } from '../engine/version.ts';
import type { Event } from '../model/event.ts';
import { renderEventLine, renderLiveLine } from '../report/events.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  /** Clears the live line, if there is one. */
  stop(): void;
}

/**
 * Shows events on stderr as they come: one redrawn line on a terminal, a line per finished step elsewhere, and
 * with `--json` NDJSON on stdout.
 */
export async function showProgress(terminal: Terminal, asJson: boolean): Promise<Progress> {
  if (asJson) return ndjson(terminal);
  return terminal.isLive ? await live(terminal) : plain(terminal);
}

async function ndjson(terminal: Terminal): Promise<Progress> {
  const { renderEventJson, renderVersionLine } = await import('../report/events.ts');
  terminal.out(renderVersionLine(version));
  let sequence = 0;
  terminal.listen((event) => {
    terminal.out(renderEventJson(event, sequence, Date.now()));
    sequence += 1;
  });
  return { stop: () => {} };
}

function plain(terminal: Terminal): Progress {
  terminal.listen((event) => {
    terminal.err(renderEventLine(event, { color: terminal.color.err }));
  });
  return { stop: () => {} };
}

async function live(terminal: Terminal): Promise<Progress> {
  const { default: ora } = await import('ora');
  const spinner = ora({ stream: process.stderr, discardStdin: false });
  terminal.listen((event: Event) => {
    const line = renderEventLine(event, { color: terminal.color.err });
    if (line !== '') {
      spinner.stop();
      terminal.err(line);
    }
    const text = renderLiveLine(event);
    if (text === '') spinner.stop();
    else if (text !== null) spinner.start(text);
  });
  return { stop: () => void spinner.stop() };
}
