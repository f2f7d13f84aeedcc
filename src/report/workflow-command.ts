export type AnnotationLevel = 'error' | 'warning' | 'notice';

/** A remark that GitHub shows beside a run and, when it has a file, beside its line. */
export interface Annotation {
  readonly level: AnnotationLevel;
  readonly title: string;
  /** May have several lines. */
  readonly message: string;
  /** Relative to the workspace, with `/`; never outside of it. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly endLine?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
}

/**
 * The line that makes a runner show an annotation, without its line end. Whatever is in the texts, it is one line and
 * one command, and the runner reads back the same texts:
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function workflowCommand({ level, message, ...annotation }: Annotation): string {
  const { file, line, endLine, column, title } = annotation;
  const properties: readonly (readonly [string, string | number | undefined])[] = [
    ['title', title],
    ['file', file],
    ['line', line],
    ['endLine', endLine],
    ['col', column],
  ];
  const written = properties.flatMap(([name, value]) => {
    return value === undefined || value === '' ? [] : [`${name}=${escapeProperty(String(value))}`];
  });
  return `::${level}${written.length === 0 ? '' : ` ${written.join(',')}`}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
