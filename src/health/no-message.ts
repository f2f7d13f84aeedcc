import type { Trouble } from './trouble.ts';

/** The library's own words, for what has none in the protocol. */
export function whatIsNoMessage(error: unknown, line: string): Trouble {
  if (!(error instanceof Error)) throw error;
  const elsewhere = /^Endpoint origin does not match connection origin: (\S+)$/.exec(error.message);
  if (elsewhere !== null) return { kind: 'redirect', to: elsewhere[1] as string };
  if (error instanceof SyntaxError) return { kind: 'garbage', line };
  const issues = (error as { issues?: readonly { path: readonly PropertyKey[]; message: string }[] }).issues;
  const issue = issues?.[0];
  const because = issue === undefined ? error.message : `${issue.path.join('.')}: ${issue.message}`;
  return { kind: 'garbage', line, because };
}
