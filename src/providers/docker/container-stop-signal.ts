/** By number, as Linux has them on x86 and ARM. */
const SIGNALS =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

/** `2`, `INT`, `sigint` → `SIGINT`. */
export function readStopSignal(signal: string | undefined): string | undefined {
  if (signal === undefined || signal === '') return undefined;
  const name = /^\d+$/.test(signal) ? (SIGNALS[Number(signal) - 1] ?? signal) : signal.toUpperCase();
  return /^(?:SIG|\d)/.test(name) ? name : `SIG${name}`;
}
