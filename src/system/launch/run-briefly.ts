import { execFile } from 'node:child_process';

/** What a program said on both outputs, whether it went well or not; `hangs` when it was killed for taking too long. */
export function runBriefly(
  file: string,
  args: readonly string[],
  { env, timeoutMs }: { readonly env: Readonly<Record<string, string>>; readonly timeoutMs: number },
): Promise<string> {
  return new Promise((done) => {
    execFile(
      file,
      args,
      { env, timeout: timeoutMs, killSignal: 'SIGKILL', windowsHide: true, maxBuffer: 1 << 20 },
      (error, stdout, stderr) => done(error?.killed === true ? 'hangs' : `${stdout}\n${stderr}`.trim()),
    );
  });
}
