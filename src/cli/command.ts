import type { Context } from '../model/context.ts';
import type { ExitCode } from '../model/exit-code.ts';
import type { Terminal } from './terminal.ts';

/** What a command may do to the machine; decides which system it gets. */
export type Touches = 'nothing' | 'read' | 'write';

export interface OptionSpec {
  /** Commander's grammar: `-f, --file <file>`, `--auto-approve`. */
  readonly flags: string;
  readonly description: string;
  /** May be given several times; the value is a list. */
  readonly isList?: true;
  readonly choices?: readonly string[];
}

export interface ArgumentSpec {
  /** Commander's grammar: `<address>`, `[plan]`, `[names...]`. */
  readonly name: string;
  readonly description: string;
}

/** One command as a person sees it. Static and cheap; the work is loaded on demand. */
export interface CommandSpec {
  /** `plan`, `state list`. */
  readonly name: string;
  readonly summary: string;
  /** Paragraphs under the summary in `--help`. */
  readonly description: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  readonly touches: Touches;
  /** With this option nothing of the machine is read, whatever it touches else: not even our own key. */
  readonly touchesNothingWith?: 'from';
  /** With `--json` (and that switch) the answer is a stream of events, of which the last says how it ended. */
  readonly streams?: true | 'watch';
  /** With this switch, or always, what keeps secrets, or a server, is asked: that takes programs and requests of any kind. */
  readonly asksOthers?: true | 'checkSecrets';
  /** It goes on until somebody stops it: being stopped is how it ends well, and SIGHUP is for it to take. */
  readonly isEndless?: true;
  /** There is nothing to finish when it is interrupted, and so nothing to say. */
  readonly endsAtOnce?: true;
  readonly load: () => Promise<Run>;
}

export interface CommandInput {
  readonly args: readonly string[];
  readonly options: Options;
  readonly cwd: string;
  /** Every command there is, for `completion`. */
  readonly catalogue: () => Promise<readonly CommandSpec[]>;
}

/** What was given: text, a list, or true for a switch. */
export type Options = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

export type Run = (input: CommandInput, ctx: Context, terminal: Terminal) => Promise<Answer>;

/** What a command found out. The harness prints it: `text` for people, `json` with `--json`. */
export interface Answer {
  readonly exitCode: ExitCode;
  readonly text?: string;
  readonly json?: unknown;
}

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function listOption(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

export function switchOption(options: Options, name: string): boolean {
  return options[name] === true;
}
