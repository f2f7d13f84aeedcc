import { stripVTControlCharacters } from 'node:util';
import { redactLine } from '../../formats/redact.ts';
import { McpformError } from '../../model/error.ts';
import type { LoggedLine } from '../../model/running.ts';
import type { LogLine } from '../../providers/docker/engine.ts';
import type { FoundContainer } from './find-containers.ts';
import { mergeAsTheyCome, mergeByTime, type Sourced } from './merge-lines.ts';

export interface LogRequest {
  /** Of each container, counted before `grep`; null: all. */
  readonly tail: number | null;
  /** Seconds since the epoch. */
  readonly since?: number;
  readonly follow: boolean;
  /** Of the text as it is shown. */
  readonly grep: RegExp | null;
  /** Values that must not be in it, besides what looks like a credential. */
  readonly secrets: readonly string[];
}

/**
 * What the containers wrote, in the order of its time; with `follow`, as it comes, until they stop or the signal
 * aborts. Throws ENGINE_LOG_UNREADABLE before the first line for one whose engine keeps no log.
 */
export async function* readLogs(
  containers: readonly FoundContainer[],
  { grep, secrets, ...options }: LogRequest,
  signal: AbortSignal,
): AsyncGenerator<Sourced<LoggedLine, FoundContainer>, void, void> {
  await Promise.all(containers.map(assertReadable));
  // The longest first, as one may hold another.
  const hidden = [...secrets].sort((a, b) => b.length - a.length);
  const sources = containers.map((source) => ({
    source,
    lines: shown(source.connection.logs(source.id, { ...options, signal }), hidden),
  }));
  const merged = options.follow ? mergeAsTheyCome(sources) : mergeByTime(sources);
  for await (const each of merged) if (grep === null || grep.test(each.line.text)) yield each;
}

async function* shown(
  lines: AsyncIterable<LogLine>,
  hidden: readonly string[],
): AsyncGenerator<LoggedLine, void, void> {
  for await (const line of lines) yield { ...line, text: shownText(line.text, hidden) };
}

/** A colour in the middle of a token would hide it from whoever looks for tokens. */
function shownText(text: string, hidden: readonly string[]): string {
  const plain = stripVTControlCharacters(text);
  return redactLine(hidden.reduce((shorter, value) => shorter.replaceAll(value, '***'), plain));
}

async function assertReadable({ connection, id, server, kind }: FoundContainer): Promise<void> {
  const driver = (await connection.inspectContainer(id))?.HostConfig.LogConfig?.Type;
  if (driver !== 'none') return;
  throw new McpformError(
    'ENGINE_LOG_UNREADABLE',
    kind === 'session'
      ? `server "${server}" leaves no log on the engine: over stdio its output is the protocol, which goes to its client alone`
      : `server "${server}" leaves no log on the engine: its log driver is "none"`,
    {
      hint:
        kind === 'session'
          ? 'its client has what it wrote to stderr; `logging: { driver: local }` keeps everything on the engine, too'
          : 'change `logging`, such as `logging: { driver: local }`',
    },
  );
}
