/** What the process returns; documented in `docs/exit-codes.md` and stable. */
export const EXIT = {
  ok: 0,
  error: 1,
  changes: 2,
  stale: 3,
  locked: 4,
  partial: 5,
  denied: 6,
  usage: 64,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
