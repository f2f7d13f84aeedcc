import type { Address } from '../../model/address.ts';
import type { Condition, PassFailure, Reason } from '../model.ts';

/** What one pass says of one condition. */
export interface Verdict {
  readonly status: Condition['status'];
  readonly reason: Reason;
  readonly message: string;
  readonly addresses: readonly Address[];
}

export function verdict(
  status: Condition['status'],
  reason: Reason,
  message: string,
  addresses: readonly Address[] = [],
): Verdict {
  return { status, reason, message, addresses };
}

const MOST_NAMED = 3;

/** `1 resource`, and which: `docker/container/a, docker/container/b, docker/container/c and 4 more`. */
export function named(addresses: readonly Address[]): string {
  const more = addresses.length - MOST_NAMED;
  const first = addresses.slice(0, MOST_NAMED).join(', ');
  return more > 0 ? `${first} and ${more} more` : first;
}

/** What failed, and where: of several findings the first, with its place. */
export function wordsOf({ error }: PassFailure): string {
  const [first, ...others] = error.findings;
  const place = placeOf(first?.at ?? error.at);
  const said = [
    error.message,
    ...(first === undefined || first.message === error.message ? [] : [first.message]),
  ];
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${said.join(': ')}${place === '' ? '' : ` at ${place}`}${more}`;
}

function placeOf(at: PassFailure['error']['at']): string {
  if (at === undefined) return '';
  return [at.file, at.line, at.line === undefined ? undefined : at.column]
    .filter((each) => each !== undefined)
    .join(':');
}
