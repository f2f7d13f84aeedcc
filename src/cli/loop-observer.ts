import type { Condition, Observer, Transition } from '../loop/model.ts';
import { isProblem } from '../loop/tell/is-problem.ts';
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
      const isWorthALine = isFirst || report.result !== 'in-sync' || report.done > 0;
      isFirst = false;
      if (!asJson) {
        if (isWorthALine) terminal.out(renderPass(report, text));
      } else if (!isOnce) terminal.out(`${JSON.stringify({ kind: 'pass', report })}\n`);
    },
    changed: (transitions) => {
      for (const transition of transitions) {
        if (!asJson && isNews(transition))
          terminal.err(renderTransition(transition, { ...text, color: terminal.color.err }));
        if (asJson && !isOnce) terminal.out(`${JSON.stringify({ kind: 'condition', transition })}\n`);
      }
    },
    close: async () => undefined,
  };
}

/** Of what all is well with, the pass says enough. */
function isNews({ before, after }: Transition): boolean {
  return isRemarkable(after) || (before !== null && isRemarkable(before));
}

function isRemarkable(condition: Condition): boolean {
  const { type, status, reason } = condition;
  return isProblem(condition) || (type === 'Ready' && status === 'Unknown' && reason !== 'Starting');
}
