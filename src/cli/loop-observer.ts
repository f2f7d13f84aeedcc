import type { Observer } from '../loop/model.ts';
import { renderPass, renderTransition } from '../report/loop.ts';
import { type CommandInput, switchOption } from './command.ts';
import type { Terminal } from './terminal.ts';

/** Tells whoever started the loop what it does: what has changed, and passes; people, those in which something happened. */
export function loopObserver({ options }: CommandInput, terminal: Terminal): Observer {
  const asJson = switchOption(options, 'json');
  const isOnce = switchOption(options, 'once');
  const text = { color: terminal.color.out, width: terminal.width };
  let isFirst = true;
  return {
    passed: (report) => {
      const isNews = isFirst || report.result !== 'in-sync' || report.done > 0;
      isFirst = false;
      if (!asJson) {
        if (isNews) terminal.out(renderPass(report, text));
      } else if (!isOnce) terminal.out(`${JSON.stringify({ kind: 'pass', report })}\n`);
    },
    changed: (transitions) => {
      for (const transition of transitions) {
        if (!asJson) terminal.err(renderTransition(transition, { ...text, color: terminal.color.err }));
        else if (!isOnce) terminal.out(`${JSON.stringify({ kind: 'condition', transition })}\n`);
      }
    },
    close: async () => undefined,
  };
}
