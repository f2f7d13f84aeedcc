import type { Subject } from './policy.ts';

/** One thing a resource does that a policy may judge. */
export interface Fact {
  readonly subject: Subject;
  /** What patterns are compared with; null when nobody can know it before the client starts. */
  readonly text: string | null;
  /** The arguments of a command. */
  readonly args?: readonly string[];
  /** Other names of the same thing: what is denied by one of them is denied. */
  readonly also?: readonly string[];
  /** Why it must be allowed by name, and never by default or along with others; messages say it too. */
  readonly danger?: string;
  /** No policy and no person can allow it. */
  readonly isNever?: true;
  /** How messages name it; holds no argument and no value, since people paste keys there. */
  readonly shown: string;
}

export function fact(subject: Subject, text: string | null, shown: string): Fact {
  return { subject, text, shown };
}
