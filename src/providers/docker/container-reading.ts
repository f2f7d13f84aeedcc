import type { ContainerInfo, ImageInfo } from './api.ts';
import type { EngineIdentity } from './engine.ts';

/** A container as its engine tells of it, with what is needed to understand that. */
export interface Reading {
  readonly info: ContainerInfo;
  /** What it was made from; null: the engine does not have that any more. */
  readonly image: ImageInfo | null;
  readonly kind: EngineIdentity['kind'];
  /** What it does unasked. Without it, more is taken for that; the attributes are the same. */
  readonly engine?: Pick<EngineIdentity, 'logDriver' | 'cannotLimit'>;
}

/** What the engine calls it for short, and uses for its host name unless told otherwise. */
export function shortId({ Id }: Pick<ContainerInfo, 'Id'>): string {
  return Id.slice(0, 12);
}

export function unlessEmpty<T>(list: readonly T[] | null | undefined): readonly T[] | undefined {
  return list === null || list === undefined || list.length === 0 ? undefined : list;
}

/** `0`, `-1` and nothing all say that there is no limit. */
export function unlessNone(limit: number | null | undefined): number | undefined {
  return typeof limit === 'number' && limit > 0 ? limit : undefined;
}
