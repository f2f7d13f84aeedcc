import type { Conceal } from '../model/conceal.ts';
import type { Terminal } from './terminal.ts';

/** The terminal, with nothing secret on it. */
export function concealingTerminal<Some extends Pick<Terminal, 'out' | 'err' | 'ask' | 'shown'>>(
  terminal: Some,
  { conceal }: Conceal,
): Some {
  return {
    ...terminal,
    out: (text) => terminal.out(conceal(text)),
    err: (text) => terminal.err(conceal(text)),
    shown: conceal,
    ask: (question, signal) => terminal.ask(conceal(question), signal),
  };
}
