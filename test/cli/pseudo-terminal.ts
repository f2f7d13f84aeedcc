import { spawn } from 'node:child_process';
import { environmentWith, MCPFORM } from '../support/mcpform.ts';
import { assertContained, type Home } from '../support/throwaway-home.ts';

export interface Terminal {
  /** All that was shown so far, both streams and what was typed. */
  readonly shown: () => string;
  /** Resolves when the text was shown. */
  readonly shows: (text: string) => Promise<void>;
  /** Types, as a person would; `\u0003` is Ctrl-C. */
  readonly type: (text: string) => void;
  readonly ended: Promise<number | null>;
}

export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** 0: a terminal that nobody gave a size, as containers and CI make them. Default 100. */
  readonly columns?: number;
}

/**
 * Runs the built program on a pseudo-terminal, with `script` of util-linux, which every Debian has. The exit code is
 * the program's.
 */
export function onTerminal(
  args: readonly string[],
  home: Home,
  { env: more = {}, columns = 100 }: TerminalOptions = {},
): Terminal {
  const env = { ...environmentWith(home), TERM: 'xterm', ...more };
  assertContained(home.project, env);
  const words = [process.execPath, MCPFORM, ...args].map((word) => `'${word}'`).join(' ');
  const command = `stty cols ${columns} rows 50 && exec ${words}`;
  const child = spawn(
    '/usr/bin/script',
    ['--quiet', '--return', '--flush', '--command', command, '/dev/null'],
    {
      cwd: home.project,
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let shown = '';
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const look of waiting) look();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    tell();
  });
  const ended = new Promise<number | null>((done) => {
    child.on('close', (code) => {
      done(code);
      tell();
    });
  });
  return {
    shown: () => shown,
    shows: (text) =>
      new Promise((done, fail) => {
        const look = (): void => {
          const isShown = shown.includes(text);
          if (!isShown && child.exitCode === null) return;
          waiting.delete(look);
          if (isShown) done();
          else fail(new Error(`ended without showing "${text}":\n${shown}`));
        };
        waiting.add(look);
        look();
      }),
    type: (text) => void child.stdin.write(text),
    ended,
  };
}
