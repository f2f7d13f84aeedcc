import { randomBytes } from 'node:crypto';
import { escapeText } from '../formats/escape.ts';

/** The log of a job, which is also a way to command the runner. */
export interface Log {
  /** Text that came from anywhere: no line of it is a command. */
  text(text: string): void;
  /** A workflow command of ours, whole. */
  command(line: string): void;
  group(title: string): void;
  endGroup(): void;
}

/**
 * Everything but our own commands stands where the runner takes none: between `::stop-commands::` and a word that nobody can
 * guess. An older spelling is taken anywhere in a line, so that is taken apart besides.
 */
export function openLog(out: (text: string) => void): Log {
  return {
    text: (text) => {
      if (text.trim() === '') return;
      const mark = randomBytes(16).toString('hex');
      const lines = text.replace(/\n$/, '').split('\n').map(harmless);
      out(`::stop-commands::${mark}\n${lines.join('\n')}\n::${mark}::\n`);
    },
    command: (line) => out(`${line}\n`),
    group: (title) => out(`::group::${escapeText(title).replaceAll('%', '%25')}\n`),
    endGroup: () => out('::endgroup::\n'),
  };
}

function harmless(line: string): string {
  return escapeText(line)
    .replaceAll('##[', '## [')
    .replace(/^(\s*)::/, '$1: :');
}
