import type { Desired, DesiredEntry } from './resource.ts';

/** An entry with the URL of a container of ours: that is what runs, and the entry waits for it. */
export function isServiceEntry(desired: Desired): desired is DesiredEntry {
  return desired.kind === 'entry' && desired.runtime?.kind === 'image' && desired.spec.transport !== 'stdio';
}
