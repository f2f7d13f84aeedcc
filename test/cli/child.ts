import { spawn } from 'node:child_process';
import { environmentWith, MCPFORM } from '../support/mcpform.ts';
import type { Ran } from '../support/run.ts';
import { assertContained, type Home } from '../support/throwaway-home.ts';

/** The built program while it runs. */
export interface Child {
  /** Resolves when its output, both streams together, holds the text; fails when it ends without. */
  readonly says: (text: string) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ran>;
}

export function start(
  args: readonly string[],
  home: Home,
  more: Readonly<Record<string, string>> = {},
  /** A shell script that becomes `"$0" "$@"`. */
  script?: string,
): Child {
  const env = { ...environmentWith(home), ...more };
  assertContained(home.project, env);
  const command = [process.execPath, MCPFORM, ...args];
  const [program = '', ...rest] = script === undefined ? command : ['/bin/sh', '-c', script, ...command];
  const child = spawn(program, rest, {
    cwd: home.project,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const looks = new Set<() => void>();
  const lookAgain = (): void => {
    for (const look of looks) look();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    lookAgain();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    lookAgain();
  });
  let hasEnded = false;
  const ended = new Promise<Ran>((done) => {
    child.on('close', (exitCode, signal) => {
      hasEnded = true;
      done({ exitCode, signal, stdout, stderr });
      lookAgain();
    });
  });
  const says = (text: string): Promise<void> =>
    new Promise((done, fail) => {
      const look = (): void => {
        if (`${stdout}${stderr}`.includes(text)) done();
        else if (hasEnded) fail(new Error(`ended without saying "${text}":\n${stdout}${stderr}`));
        else return;
        looks.delete(look);
      };
      looks.add(look);
      look();
    });
  return { says, kill: (signal) => void child.kill(signal), ended };
}
