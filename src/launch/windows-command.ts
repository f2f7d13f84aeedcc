/**
 * `cmd /d /s /c "…"` for a batch file: Windows starts those through its shell alone, which reads the line once for
 * itself and once more for the batch file's own `%*`. Each argument is quoted as the C runtime wants it and then
 * escaped with `^` for both readings, so that nothing in it is a second command.
 * https://learn.microsoft.com/windows-server/administration/windows-commands/cmd
 */
export function batchCommand(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly file: string; readonly args: readonly string[] } {
  const words = [hide(file), ...args.map((arg) => hide(hide(quote(arg))))];
  // To be passed on as it is (`windowsVerbatimArguments`): with /s, cmd takes off the outer quotes and no others.
  return {
    file: env['ComSpec'] ?? env['COMSPEC'] ?? 'cmd.exe',
    args: ['/d', '/s', '/c', `"${words.join(' ')}"`],
  };
}

export function isBatchFile(file: string): boolean {
  return /\.(cmd|bat)$/i.test(file);
}

/** `CommandLineToArgvW`: backslashes before a quote are doubled, and so are those at the end. */
function quote(arg: string): string {
  return `"${arg.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1')}"`;
}

/** What means something to cmd. `%` is among it, though a name between two can only be hidden, not escaped. */
function hide(text: string): string {
  return text.replace(/[()\][%!^"`<>&|;, *?]/g, '^$&');
}
