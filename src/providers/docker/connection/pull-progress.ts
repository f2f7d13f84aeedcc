import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { PullProgress } from '../engine.ts';

export interface PullEvent {
  /** Null when nothing moved. */
  readonly progress: PullProgress | null;
  /** Why the pull has failed. */
  readonly error: string | null;
}

/** Adds up what an engine says of the layers it fetches. What it says of unpacking them is not counted. */
export function trackPull(): (event: unknown) => PullEvent {
  const layers = new Map<string, PullProgress>();
  return (event) => {
    if (!isJsonObject(event)) return NOTHING;
    const { error } = event;
    if (typeof error === 'string') return { progress: null, error };
    const layer = layerOf(event, layers);
    if (layer === null) return NOTHING;
    layers.set(layer.id, layer);
    const all = [...layers.values()];
    const sum = (key: keyof PullProgress): number => all.reduce((bytes, each) => bytes + each[key], 0);
    return { progress: { doneBytes: sum('doneBytes'), totalBytes: sum('totalBytes') }, error: null };
  };
}

const NOTHING: PullEvent = { progress: null, error: null };

function layerOf(
  { id, status, progressDetail }: JsonObject,
  known: ReadonlyMap<string, PullProgress>,
): (PullProgress & { readonly id: string }) | null {
  if (typeof id !== 'string') return null;
  const { current, total } = isJsonObject(progressDetail) ? progressDetail : {};
  if (status === 'Downloading' && typeof current === 'number' && typeof total === 'number') {
    return { id, doneBytes: current, totalBytes: total };
  }
  const before = known.get(id);
  if (before === undefined || (status !== 'Download complete' && status !== 'Pull complete')) return null;
  return { id, doneBytes: before.totalBytes, totalBytes: before.totalBytes };
}
