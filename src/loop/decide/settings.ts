import type { Mode } from '../model.ts';
import type { Window } from '../schedule/windows.ts';
import type { RestartSettings } from './restarts.ts';

/** How far the loop goes with what it finds. */
export interface DecideSettings {
  readonly mode: Mode;
  /** By pattern of addresses, in which `*` stands for anything: the last one that fits counts. */
  readonly modes: Readonly<Record<string, Mode>>;
  readonly prune: boolean;
  /** In how many consecutive passes something must be due to be deleted before it is. Default: 3. */
  readonly pruneAfter: number;
  readonly windows: readonly Window[];
  readonly restart: RestartSettings;
}
