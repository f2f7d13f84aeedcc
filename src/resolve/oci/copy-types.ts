import type { Registry } from '../../model/registry.ts';
import type { Clock } from '../../model/system.ts';
import type { Limit } from './limit.ts';

/** A repository of a registry. */
export interface Place {
  readonly registry: Registry;
  readonly repository: string;
}

/** What all copies into one registry share. */
export interface Target {
  readonly registry: Registry;
  /** Blobs on their way at once, whatever image they belong to. */
  readonly transfers: Limit;
  /** Repositories that are known to have a blob, by its digest. */
  readonly places: Map<string, Set<string>>;
  /** Blobs that are on their way to some repository; settles, never rejects. */
  readonly underway: Map<string, Promise<void>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface ImageCopy {
  readonly from: Place;
  /** Of the index, or of the manifest where there is no index. */
  readonly digest: string;
  /** Repository of the target. */
  readonly to: string;
  /** What the copy is called at the target; null when it is known by its digest alone. */
  readonly tag: string | null;
  /** Whether `from` is in the target registry too. */
  readonly isSameRegistry: boolean;
  /** A tag that stands for something else is moved. */
  readonly overwrites: boolean;
  /** With signatures, attestations and what else is attached to it. */
  readonly withAttached: boolean;
  /** Sends nothing; says what would be sent. */
  readonly isDryRun: boolean;
  /** Blobs of this image on their way at once; `Target.transfers` holds for all images together. */
  readonly parallel: number;
}

/** What became of a blob: `elsewhere` is a foreign layer that the source does not have either. */
export type BlobResult = 'sent' | 'mounted' | 'there' | 'elsewhere';

/** What was done, as far as it went; grows while the copy runs. */
export interface Copied {
  manifests: Tally;
  blobs: Tally;
  /** Of blobs and manifests together. */
  bytes: Tally;
  /** Foreign layers that the source does not have: whoever pulls gets them where it always did. */
  elsewhere: number;
  /** What is attached, list entries and tags; null when nobody looked. */
  attached: number | null;
  /** What became of the tag; null when there is none to set, or it was not come to. */
  tag: 'set' | 'moved' | 'there' | null;
}

/** `mounted` was taken over from another repository of the target. */
export interface Tally {
  sent: number;
  mounted: number;
  there: number;
}

export type CopyProgress =
  /** What has to be brought to the target. */
  | { readonly kind: 'found'; readonly blobs: number; readonly bytes: number }
  /** On their way; negative when they were in vain. */
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'blob'; readonly result: BlobResult; readonly bytes: number };
