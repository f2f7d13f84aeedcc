/** The user's home folder. `node:os` is loaded where the environment does not say it, which is on Windows. */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env['HOME'] ?? process.getBuiltinModule('node:os').homedir();
}
