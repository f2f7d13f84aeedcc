/** One command of a scenario, and what must hold after it. */
export interface Step {
  /** Line in `steps.txt`, from 1. */
  readonly line: number;
  readonly command: string;
  readonly exitCode: number;
  readonly expectations: readonly Expectation[];
}

export interface Expectation {
  readonly stream: 'out' | 'err';
  readonly isWanted: boolean;
  readonly text: string;
}

/**
 * Reads a `steps.txt`:
 *
 *     # What this scenario is about: the first line says it.
 *     $ mcpform plan --detailed-exitcode
 *       exit 2
 *       out   Plan: 1 to create.
 *       !err  error
 *
 * `$` starts a command for `sh`; lines indented below it say how it must end (without `exit`: 0), and what its
 * output must hold or, with `!`, must not. White space in these texts counts as one space. `cd` lasts. `~` and
 * `$HOME` are the throw-away home, `$S` the scenario's own folder. Anything else is an error.
 */
export function parseSteps(text: string): readonly Step[] {
  const lines = text.split('\n');
  if (!lines[0]?.startsWith('# ')) throw new Error('line 1: say in a comment what the scenario is about');
  const steps: (Step & { readonly expectations: Expectation[]; exitCode: number })[] = [];
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    if (line === '' || line.startsWith('#')) continue;
    const command = /^\$ (.+)$/.exec(line)?.[1];
    if (command !== undefined) {
      steps.push({ line: number, command, exitCode: 0, expectations: [] });
      continue;
    }
    const last = steps.at(-1);
    const exitCode = /^ {2}exit (\d+)$/.exec(line)?.[1];
    const [, not, stream, wanted] = /^ {2}(!?)(out|err) +(.+)$/.exec(line) ?? [];
    if (last === undefined || (exitCode === undefined && wanted === undefined)) {
      throw new Error(`line ${number}: neither a command nor what must hold after one: ${line}`);
    }
    if (exitCode !== undefined) last.exitCode = Number(exitCode);
    else
      last.expectations.push({
        stream: stream as 'out' | 'err',
        isWanted: not === '',
        text: wanted as string,
      });
  }
  if (!steps.some(({ command }) => command.startsWith('mcpform '))) throw new Error('nothing runs mcpform');
  return steps;
}
