/**
 * The lines of a log that a runner takes for commands. As its ActionCommand does: `::NAME …::` at the start of a line
 * after white space, `##[NAME …]` anywhere in one, and none of them between `::stop-commands::WORD` and `::WORD::`.
 */
export function commandsOf(log: string): readonly string[] {
  const commands: string[] = [];
  let word: string | null = null;
  for (const line of log.split(/\r\n|\n|\r/)) {
    const trimmed = line.trim();
    if (word !== null) {
      if (trimmed === `::${word}::`) word = null;
    } else if (trimmed.startsWith('::stop-commands::')) {
      word = trimmed.slice('::stop-commands::'.length);
    } else if (/^::[^:]+::/.test(trimmed) || /##\[[^\]]+\]/.test(line)) {
      commands.push(line);
    }
  }
  return commands;
}
