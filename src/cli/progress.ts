import type { Event } from '../model/event.ts';
import { renderEventLine, renderLiveLine } from '../report/events.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  /** Clears the live line, if there is one. */
  stop(): void;
}

/** Shows events on stderr as they come: one redrawn line on a terminal, a line per finished step elsewhere. */
export async function showProgress(terminal: Terminal): Promise<Progress> {
  return terminal.isLive ? await live(terminal) : plain(terminal);
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
    const text = renderLiveLine(event);
    // What the live line says needs no line of its own.
    const line = text === null || text === '' ? renderEventLine(event, { color: terminal.color.err }) : '';
    if (line !== '') {
      spinner.stop();
      terminal.err(line);
    }
    if (text === '') spinner.stop();
    else if (text !== null) spinner.start(terminal.shown(text));
  });
  return { stop: () => void spinner.stop() };
}
