import { copyImage, nothingCopied } from '../../src/resolve/oci/copy-image.ts';
import type { Copied, CopyProgress, ImageCopy, Target } from '../../src/resolve/oci/copy-types.ts';
import { limitTo } from '../../src/resolve/oci/limit.ts';
import { ManualClock } from '../../src/system/memory.ts';
import type { RegistryMock } from './registry-mock.ts';

export const FROM = 'acme/tools';
export const TO = 'mirror/acme/tools';

export interface Run {
  readonly done: Copied;
  readonly progress: readonly CopyProgress[];
  /** What it threw. */
  readonly error: unknown;
  readonly clock: ManualClock;
}

export function openTarget(
  registry: RegistryMock,
  { transfers = 4, signal = new AbortController().signal }: { transfers?: number; signal?: AbortSignal } = {},
): Target {
  return {
    registry,
    transfers: limitTo(transfers),
    places: new Map(),
    underway: new Map(),
    clock: new ManualClock(),
    signal,
  };
}

/** Copies `acme/tools` at `digest`, as `1.2.3` unless said otherwise. */
export async function copy(
  source: RegistryMock,
  target: Target | RegistryMock,
  digest: string,
  options: Partial<ImageCopy> = {},
): Promise<Run> {
  const into = 'transfers' in target ? target : openTarget(target);
  const done = nothingCopied();
  const progress: CopyProgress[] = [];
  let error: unknown;
  const request: ImageCopy = {
    from: { registry: source, repository: FROM },
    digest,
    to: TO,
    tag: '1.2.3',
    isSameRegistry: false,
    overwrites: false,
    withAttached: true,
    isDryRun: false,
    parallel: 4,
    ...options,
  };
  try {
    await copyImage(request, into, done, (each) => progress.push(each));
  } catch (thrown) {
    error = thrown;
  }
  return { done, progress, error, clock: into.clock as ManualClock };
}

/** What a registry has of an image, as it must be after a copy: nothing more, nothing else. */
export function stored(registry: RegistryMock, repository: string): Record<string, string> {
  const { manifests, blobs } = registry.dump(repository);
  return Object.fromEntries(
    [...manifests, ...blobs].map((digest) => [
      digest,
      Buffer.from(registry.bytesOf(repository, digest) ?? []).toString('latin1'),
    ]),
  );
}
