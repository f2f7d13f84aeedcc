import { version } from '../engine/version.ts';
import { createConceal } from '../formats/conceal.ts';
import { concealJson } from '../formats/conceal-json.ts';
import { escapeJson, escapeText } from '../formats/escape.ts';
import type { Conceal } from '../model/conceal.ts';
import { McpformError } from '../model/error.ts';
import type { Emit } from '../model/event.ts';
import { EXIT } from '../model/exit-code.ts';
import { atSource } from './at-source.ts';
import type { CommandInput, CommandSpec, Touches } from './command.ts';
import { switchOption, textOption } from './command.ts';
import { concealingTerminal } from './concealing-terminal.ts';
import { makeContext } from './context.ts';
import { delayOptimizing } from './delay-optimizing.ts';
import { openEventStream } from './event-stream.ts';
import { onInterrupt } from './interrupt.ts';
import { onCrash } from './on-crash.ts';
import { catalogue, parseArguments } from './program.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Arguments in, exit code out. The only place that prints an answer or a failure. */
export async function run(argv: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const parsed = await parseArguments(argv, version, terminal.width);
  if (parsed.kind === 'print') {
    terminal.out(parsed.out);
    // What was typed is said back, and may come from anywhere.
    terminal.err(parsed.err.split('\n').map(escapeText).join('\n'));
    return parsed.exitCode;
  }
  const { spec } = parsed;
  const input: CommandInput = { ...parsed.input, cwd: process.cwd(), catalogue };
  const interrupt = onInterrupt(
    (text) => {
      if (spec.endsAtOnce !== true) terminal.err(text);
    },
    spec.isEndless === true
      ? // Who closes the terminal that it runs in wants it to end. A service has to be gone after five seconds.
        { takesHangup: !terminal.canAsk, patienceMs: 4_500 }
      : {},
  );
  const json = switchOption(input.options, 'json');
  const conceal = createConceal();
  const stream = json && isStream(spec, input) ? await openEventStream(terminal, conceal) : null;
  const crash = onCrash(terminal.err, conceal);
  try {
    const exitCode = await perform(spec, input, { signal: interrupt.signal, terminal, stream, conceal });
    // What is still asked of an engine is not waited for.
    if (spec.endsAtOnce === true && interrupt.signal.aborted) process.exit(exitCode);
    return exitCode;
  } catch (error) {
    const { reportFailure } = await import('./report-failure.ts');
    return reportFailure(error, { json, stream, cwd: input.cwd, conceal }, terminal);
  } finally {
    interrupt.stop();
    crash.stop();
  }
}

function isStream({ streams }: CommandSpec, { options }: CommandInput): boolean {
  return streams === true || (streams !== undefined && switchOption(options, streams));
}

function asksOthers({ asksOthers: when }: CommandSpec, { options }: CommandInput): boolean {
  return when === true || (when !== undefined && switchOption(options, when));
}

function touchesOf({ touches, touchesNothingWith: option }: CommandSpec, { options }: CommandInput): Touches {
  return option !== undefined && textOption(options, option) !== undefined ? 'nothing' : touches;
}

function isNotFound(error: unknown): error is McpformError {
  return error instanceof McpformError && error.code === 'MANIFEST_NOT_FOUND';
}

interface Surroundings {
  readonly signal: AbortSignal;
  /** Shows what it is given. */
  readonly terminal: Omit<Terminal, 'listen'>;
  readonly stream: Emit | null;
  readonly conceal: Conceal;
}

async function perform(
  spec: CommandSpec,
  input: CommandInput,
  { signal, terminal, stream, conceal }: Surroundings,
): Promise<number> {
  const touches = touchesOf(spec, input);
  if (spec.touches !== 'nothing') await delayOptimizing();
  const command = await spec.load();
  let listener: Emit = stream ?? (() => {});
  const isKept = textOption(input.options, 'out') !== undefined || switchOption(input.options, 'watch');
  const ctx = await makeContext({
    touches,
    needsLastingKey: touches !== 'nothing' && isKept,
    asksOthers: asksOthers(spec, input),
    stateDir: textOption(input.options, 'stateDir'),
    cwd: input.cwd,
    env: process.env,
    signal,
    emit: (event) => listener(event),
    conceal,
  });
  const people = concealingTerminal(terminal, conceal);
  const at = spec.name === 'reconcile' ? { input, ctx } : await atSource(input, ctx);
  const listen = (next: Emit): void => {
    listener = next;
  };
  const answer = await command(at.input, at.ctx, { ...people, listen }).catch(async (error: unknown) => {
    throw isNotFound(error) ? await (await import('./hint-source.ts')).hintSource(error, spec, ctx) : error;
  });
  if (switchOption(input.options, 'json')) {
    if (answer.json !== undefined) {
      // Done to its texts, not to the JSON: that would not be JSON any more.
      terminal.out(escapeJson(`${JSON.stringify(concealJson(answer.json, conceal), null, 2)}\n`));
    }
  } else if (answer.text !== undefined && answer.text !== '') {
    people.out(answer.text.endsWith('\n') ? answer.text : `${answer.text}\n`);
  }
  const isStopped = signal.aborted && answer.exitCode === EXIT.ok;
  if (isStopped && spec.isEndless !== true) throw signal.reason as McpformError;
  return answer.exitCode;
}
