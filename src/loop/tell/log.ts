import { concealJson } from '../../formats/conceal-json.ts';
import { escapeJson } from '../../formats/escape.ts';
import type { Context } from '../../model/context.ts';
import type { Observer, PassReport, Transition } from '../model.ts';
import { isProblem } from './is-problem.ts';
import type { Level } from './level.ts';

export interface LogSettings {
  readonly level: Level;
  /** Where lines go, each with its line end. Must come back at once. */
  readonly write: (line: string) => void;
  /** When nothing will be written any more. */
  readonly close?: () => Promise<void>;
}

/** What the loop does, as lines of JSON. No line holds a known secret, or a character that is not what it seems. */
export interface Log extends Observer {
  say(level: Level, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export async function openLog(settings: LogSettings, ctx: Pick<Context, 'system' | 'conceal'>): Promise<Log> {
  const { openLines } = await import('./client.ts');
  const sayLine = openLines({
    level: settings.level,
    now: ctx.system.clock.now,
    write: (line) => quietly(() => settings.write(escapeJson(line))),
  });
  const say: Log['say'] = (level, message, fields = {}) =>
    quietly(() => {
      const [safe, words] = concealJson([fields, message] as const, ctx.conceal);
      sayLine(level, shorten(safe), cut(words));
    });
  let before: string | null = null;
  return {
    say,
    passed: (report) => {
      const outcome = JSON.stringify([report.result, report.held, report.error?.code ?? null]);
      const isNews = outcome !== before || report.done > 0 || report.failed > 0;
      before = outcome;
      say(levelOf(report, isNews), wordsOf(report), fieldsOf(report));
    },
    changed: (transitions) => {
      for (const transition of transitions) sayTransition(transition, say);
    },
    close: async () => settings.close?.().catch(() => undefined),
  };
}

/** Whoever does not get a line must not stop the loop for it. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // There is nowhere left to say it.
  }
}

function levelOf({ result, error }: PassReport, isNews: boolean): Level {
  if (error !== undefined || result === 'failed') return 'error';
  if (result === 'partial') return 'warn';
  return isNews ? 'info' : 'debug';
}

function wordsOf({ number, result, done, failed, error }: PassReport): string {
  if (error !== undefined) return `pass ${number}: ${result}: ${error.message}`;
  const counts = [done > 0 ? `${done} done` : '', failed > 0 ? `${failed} failed` : ''].filter(Boolean);
  return `pass ${number}: ${[result, ...counts].join(', ')}`;
}

function fieldsOf(report: PassReport): Readonly<Record<string, unknown>> {
  const { stack, number, wakes, durationMs, revision, result, planned, done, failed } = report;
  const { corrected, held, failures, error } = report;
  return {
    ...(stack === undefined ? {} : { stack }),
    pass: number,
    wakes: [...new Set(wakes.map(({ kind }) => kind))],
    durationMs: Math.round(durationMs),
    revision,
    result,
    planned,
    done,
    failed,
    ...(corrected.length > 0 ? { corrected } : {}),
    ...(Object.keys(held).length > 0 ? { held } : {}),
    ...(failures === undefined ? {} : { failures }),
    ...(error === undefined ? {} : { code: error.code, ...(error.hint ? { hint: error.hint } : {}) }),
  };
}

function sayTransition({ stack, before, after, addresses }: Transition, say: Log['say']): void {
  const isSmall = after.type === 'Reconciling';
  say(
    isProblem(after) ? 'warn' : isSmall ? 'debug' : 'info',
    `${after.type} is ${after.status}: ${after.message}`,
    {
      stack,
      condition: after.type,
      status: after.status,
      reason: after.reason,
      before: before === null ? null : { status: before.status, reason: before.reason },
      revision: after.revision,
      ...(addresses.length > 0 ? { addresses } : {}),
    },
  );
}

/** Of a list or a table, so many; of a text, so many characters: a line stays one that somebody can read. */
const [MOST_ITEMS, MOST_CHARACTERS] = [20, 2000];

function shorten(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, short(value)]));
}

function short(value: unknown): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const more = value.length - MOST_ITEMS;
    const shown = value.slice(0, MOST_ITEMS).map(short);
    return more > 0 ? [...shown, `and ${more} more`] : shown;
  }
  const entries = Object.entries(value);
  const shown = entries.slice(0, MOST_ITEMS).map(([name, member]) => [cut(name), short(member)]);
  const more = entries.length - MOST_ITEMS;
  return Object.fromEntries(more > 0 ? [...shown, ['more', more]] : shown);
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
