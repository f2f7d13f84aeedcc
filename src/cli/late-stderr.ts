import { mayBeTerminal } from '../system/may-be-terminal.ts';

/** stderr: Node loads its network code to open a pipe, so it is opened by the first use. A terminal is opened at once. */
export interface LateStderr {
  open(): NodeJS.WriteStream;
  readonly isTerminal: boolean;
}

export function lateStderr(): LateStderr {
  let opened: NodeJS.WriteStream | undefined;
  const open = (): NodeJS.WriteStream => {
    // What is done is worth more than what is said of it: a loop outlives a full disk under its log.
    opened ??= process.stderr.on('error', () => undefined);
    return opened;
  };
  return { open, isTerminal: mayBeTerminal(2) && open().isTTY === true };
}
