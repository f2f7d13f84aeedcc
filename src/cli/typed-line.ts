import type { StringDecoder } from 'node:string_decoder';
import type { SecretInput } from './read-secret.ts';
import { NOTHING_TYPED, type Typed, takeKeys } from './take-keys.ts';

export type Typing = Pick<SecretInput, 'stdin' | 'show' | 'signal'> & { readonly decoder: StringDecoder };

/** Asks terminals to say where a pasted text begins and ends, so that its line ends are part of it. */
const [PASTES, PASTES_NO_MORE] = ['\x1b[?2004h', '\x1b[?2004l'];

/** Has the terminal echo nothing while `work` asks for lines: from before the first question until after the last. */
export async function withoutEcho<Result>(
  { stdin, show }: Pick<Typing, 'stdin' | 'show'>,
  work: () => Promise<Result>,
): Promise<Result> {
  stdin.setRawMode(true);
  show(PASTES);
  try {
    return await work();
  } finally {
    show(PASTES_NO_MORE);
    stdin.setRawMode(false);
  }
}

/**
 * One line that a person types, `withoutEcho`. Null when the input ended, or the signal aborted. What came with the
 * line end is dropped, and not left to the shell.
 */
export async function typedLine(
  question: string,
  { stdin, show, signal, decoder }: Typing,
): Promise<string | null> {
  show(question);
  try {
    return await new Promise<string | null>((resolve) => {
      let typed: Typed = NOTHING_TYPED;
      const end = (value: string | null): void => {
        stdin.off('data', onData).off('end', onEnd);
        signal.removeEventListener('abort', onEnd);
        stdin.pause();
        resolve(value);
      };
      const onEnd = (): void => end(null);
      const onData = (bytes: Buffer): void => {
        typed = takeKeys(typed, decoder.write(bytes));
        if (typed.ended === 'line') end(typed.line);
        if (typed.ended === 'input') end(null);
        // A raw terminal sends Ctrl-C to us, and a signal to nobody.
        if (typed.ended === 'interrupt') process.kill(process.pid, 'SIGINT');
      };
      signal.addEventListener('abort', onEnd, { once: true });
      stdin.on('data', onData).on('end', onEnd);
      stdin.resume();
      if (signal.aborted) onEnd();
    });
  } finally {
    show('\n');
  }
}
