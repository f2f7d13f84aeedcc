import { escapeText } from '../formats/escape.ts';
import { assertNever } from '../model/assert-never.ts';
import type { Event } from '../model/event.ts';
import { renderFindings } from './findings.ts';
import { outcomeLines } from './outcomes.ts';
import { SYMBOLS, type TextOptions } from './style.ts';
import { sweepOutcomeLines } from './sweep-outcomes.ts';
import { count, PRESENT } from './words.ts';

/**
 * What an event adds to the progress of a run, for a log or a pipe: lines, each with its end; empty for what
 * the answer on stdout says anyway.
 */
export function renderEventLine(event: Event, options: TextOptions): string {
  return eventLines(event, options)
    .map((line) => `${line}\n`)
    .join('');
}

function eventLines(event: Event, options: TextOptions): readonly string[] {
  switch (event.kind) {
    case 'run.started':
    case 'plan.ready':
    case 'run.finished':
    case 'step.started':
    case 'launch.preparing':
    case 'lock.resolving':
    case 'sweep.found':
    case 'pull.started':
    case 'pull.finished':
    case 'prune.found':
    case 'prune.finished':
    case 'log.line':
    case 'stats.sampled':
      return [];
    case 'sweep.finished':
      return sweepOutcomeLines(event, options);
    case 'launch.prepared':
      return [`${SYMBOLS.record.padStart(3)} ${escapeText(event.package)} is verified and in the store`];
    case 'finding':
      return renderFindings([event.finding], options).trimEnd().split('\n');
    case 'recovery':
      return [recoveryLine(event)];
    case 'step.finished':
      return event.action === 'conflict' ? [] : outcomeLines(event.outcome, options);
    case 'settling':
      return [settlingText(event)];
    default:
      return assertNever(event);
  }
}

/**
 * What the one live line of a terminal shows from this event on; null where it stays as it is, empty where it
 * goes. The line itself, its spinner and its width belong to whoever draws it.
 */
export function renderLiveLine(event: Event): string | null {
  switch (event.kind) {
    case 'run.started':
      return `planning ${escapeText(event.stack)}`;
    case 'step.started':
      return `${PRESENT[event.action]} ${escapeText(event.address)}`;
    case 'lock.resolving':
      return `looking up ${escapeText(event.server)}`;
    case 'launch.preparing':
      return `fetching ${escapeText(event.package)} for ${escapeText(event.server)}`;
    case 'settling':
      return settlingText(event);
    case 'plan.ready':
    case 'run.finished':
      return '';
    case 'finding':
    case 'recovery':
    case 'step.finished':
    case 'launch.prepared':
    case 'sweep.found':
    case 'sweep.finished':
    case 'pull.started':
    case 'pull.finished':
    case 'prune.found':
    case 'prune.finished':
    case 'log.line':
    case 'stats.sampled':
      return null;
    default:
      return assertNever(event);
  }
}

/** The first line of a stream of events; `mcpform` is the version of the program. */
export function renderVersionLine(mcpform: string): string {
  return `${JSON.stringify({ version: '1.0', mcpform })}\n`;
}

/** One event as one line of NDJSON, as `schemas/event.schema.json` has it. `timeMs` is since the epoch. */
export function renderEventJson(event: Event, sequence: number, timeMs?: number): string {
  const { kind, ...rest } = event;
  const time = timeMs === undefined ? {} : { time: new Date(timeMs).toISOString() };
  return `${JSON.stringify({ kind, sequence, ...time, ...rest })}\n`;
}

function recoveryLine({ address, settled }: Extract<Event, { kind: 'recovery' }>): string {
  const words = {
    done: 'had been completed',
    'not-done': 'had not begun to take effect',
    conflict: 'is neither as before nor as planned, and is left alone',
  }[settled];
  return `${SYMBOLS.record.padStart(3)} ${escapeText(address)}: an interrupted step ${words}`;
}

function settlingText({ files, waitMs }: Extract<Event, { kind: 'settling' }>): string {
  const seconds = Math.round(waitMs / 100) / 10;
  return `watching ${count(files, 'file')} for ${seconds} s, in case a client writes it back`;
}
