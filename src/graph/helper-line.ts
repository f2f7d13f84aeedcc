/**
 * A command line for the shell that a client runs a header helper with: POSIX `sh`, or `cmd` on Windows. None of the
 * words holds a quote or a line break: they are a path, `exec` and the id of a launch.
 */
export function helperLine(words: readonly string[], platform: NodeJS.Platform): string {
  return words.map((word) => (platform === 'win32' ? forCmd(word) : forShell(word))).join(' ');
}

function forShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function forCmd(word: string): string {
  return /^[\w@+=:,./\\-]+$/.test(word) ? word : `"${word.replaceAll('"', '""')}"`;
}
