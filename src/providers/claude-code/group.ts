import type { Work } from '../../model/provider.ts';
import type { Backup } from './backup.ts';

/** Steps of one file, and what is remembered about them from attempt to attempt. */
export interface Group {
  readonly file: string;
  readonly works: readonly Work[];
  /** Steps whose write has reached the file before: what they find there may be their own. */
  readonly written: Set<Work>;
  /** How often the write of a step was found undone by somebody else. */
  readonly losses: Map<Work, number>;
  /** The backup of this write; null before there is one. */
  backup: Backup | null;
  /** Backups are for the first write only; looking again later makes none. */
  readonly makesBackups: boolean;
}

export function newGroup(file: string, works: readonly Work[]): Group {
  return { file, works, written: new Set(), losses: new Map(), backup: null, makesBackups: true };
}

/** A group that was written before and is looked at again. */
export function writtenGroup(file: string, works: readonly Work[]): Group {
  return { ...newGroup(file, works), written: new Set(works), makesBackups: false };
}
