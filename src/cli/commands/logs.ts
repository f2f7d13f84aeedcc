import { openEngines } from '../../engine/containers/engines.ts';
import { assertKnown, explainAbsent } from '../../engine/containers/explain-absent.ts';
import { type FoundContainer, findContainers } from '../../engine/containers/find-containers.ts';
import { type LogRequest, readLogs } from '../../engine/containers/read-logs.ts';
import { secretsGiven } from '../../engine/containers/secrets-given.ts';
import { whereaboutsOf } from '../../engine/containers/whereabouts.ts';
import { type Declared, declare } from '../../engine/declare.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { RunningContainer } from '../../model/running.ts';
import { renderLogLine } from '../../report/logs.ts';
import { type Answer, type CommandInput, switchOption, textOption } from '../command.ts';
import { durationMs } from '../duration.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const asked = requestOf(input, ctx);
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const [server = ''] = input.args;
  const containers = await containersOf(server, declared, ctx);
  const request = { ...asked, secrets: secretsOf(server, declared, ctx) };
  const asJson = switchOption(input.options, 'json');
  const style = {
    color: terminal.color.out,
    isTerminal: terminal.screen.isTerminal,
    showsTimes: switchOption(input.options, 'timestamps'),
  };
  const signal = AbortSignal.any([ctx.signal, terminal.screen.left]);
  for await (const { source, line } of readLogs(containers, request, signal)) {
    if (signal.aborted) break;
    if (asJson) ctx.emit({ kind: 'log.line', container: named(source), line });
    else terminal.out(renderLogLine(line, containers.length === 1 ? null : source.id.slice(0, 12), style));
  }
  const exitCode = ctx.signal.aborted ? EXIT.interrupted : EXIT.ok;
  ctx.emit({ kind: 'run.finished', exitCode, outcomes: [] });
  return { exitCode };
}

async function containersOf(
  server: string,
  declared: Declared,
  ctx: Context,
): Promise<readonly FoundContainer[]> {
  const { manifest } = declared;
  const where = await whereaboutsOf(declared, ctx);
  assertKnown(server, manifest, where);
  const found = await findContainers(where, server, openEngines(ctx), ctx);
  if (found.containers.length > 0) return found.containers;
  const [unavailable] = found.unavailable.values();
  throw unavailable ?? explainAbsent(server, manifest, found);
}

/** As far as they are known here: what the manifest has it receive from the environment. */
function secretsOf(server: string, { resources }: Declared, { env }: Context): readonly string[] {
  return resources.flatMap(({ desired }) =>
    desired.server === server && desired.container !== undefined ? secretsGiven(desired.container, env) : [],
  );
}

const TAIL = 200;

function requestOf({ options }: CommandInput, ctx: Context): Omit<LogRequest, 'secrets'> {
  const since = textOption(options, 'since');
  const pattern = textOption(options, 'grep');
  const isNarrowed = since !== undefined || pattern !== undefined;
  return {
    tail: tailOf(textOption(options, 'tail'), isNarrowed ? null : TAIL),
    ...(since === undefined ? {} : { since: secondsOf(since, ctx) }),
    follow: switchOption(options, 'follow'),
    grep: pattern === undefined ? null : expressionOf(pattern),
  };
}

function tailOf(text: string | undefined, usual: number | null): number | null {
  if (text === undefined) return usual;
  if (text === 'all') return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new McpformError('USAGE', `--tail "${text}" is not a number of lines`, {
    hint: 'write a number, or `all`',
  });
}

function secondsOf(text: string, { system }: Context): number {
  const isTime = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/i.test(
    text,
  );
  const ms = isTime ? Date.parse(text) : system.clock.now() - durationMs(text, '--since', EXAMPLE);
  if (!Number.isNaN(ms)) return Math.max(0, ms) / 1000;
  throw new McpformError('USAGE', `--since "${text}" is not a time`, { hint: `write ${EXAMPLE}` });
}

const EXAMPLE = '10m, 2h, or a time such as 2026-01-02T15:04:05Z';

function expressionOf(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw new McpformError('USAGE', `--grep "${pattern}" is not a regular expression`, {
      cause: error,
      hint: 'put a backslash before each of ( ) [ ] { } * + ? . | ^ $ that stands for itself',
    });
  }
}

function named({ server, kind, engine, id, name }: FoundContainer): RunningContainer {
  return { server, kind, engine, id, name };
}
