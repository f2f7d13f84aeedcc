import { unsatisfied } from '../../lock/satisfies.ts';
import { type ImageReference, parseImageReference } from '../../model/image-reference.ts';
import type { ImagePin, Lock } from '../../model/lock.ts';
import type { Manifest } from '../../model/manifest.ts';

/** A server that is an image, and what the lock has for it. */
export interface ServerImage {
  readonly server: string;
  /** As the manifest has it. */
  readonly image: string;
  /** Null when the lock does not answer for it, or no registry has it. */
  readonly pin: ImagePin | null;
  /** Why not: `missing`, or `changed` since; or it is `local`, on its engine alone. */
  readonly reason?: 'missing' | 'changed' | 'local';
  /** Of a local image, as the lock has it. */
  readonly id?: string;
}

/** Servers of one image, which is looked at once. */
export interface LockedImage {
  readonly servers: readonly string[];
  readonly pin: ImagePin;
  readonly reference: ImageReference & { readonly digest: string };
}

/** The images of the manifest, or of the servers that are named, in its order. */
export function imagesOf(manifest: Manifest, lock: Lock, only: ReadonlySet<string>): readonly ServerImage[] {
  const open = new Map(unsatisfied(manifest, lock).map(({ server, reason }) => [server, reason]));
  return manifest.servers.flatMap(({ name, runtime }): readonly ServerImage[] => {
    if (runtime.kind !== 'image' || (only.size > 0 && !only.has(name))) return [];
    const reason = open.get(name);
    const pin = lock.servers[name];
    const base = { server: name, image: runtime.image };
    if (reason !== undefined) return [{ ...base, pin: null, reason }];
    if (pin?.kind === 'local-image') return [{ ...base, pin: null, reason: 'local', id: pin.id }];
    if (pin?.kind !== 'image') throw new Error(`the lock has no image for "${name}"`);
    return [{ ...base, pin }];
  });
}

/** Those that are locked; servers of the same image, signed by the same, together. */
export function lockedImages(images: readonly ServerImage[]): readonly LockedImage[] {
  const found = new Map<string, LockedImage>();
  for (const { server, pin } of images) {
    if (pin === null) continue;
    const reference = parseImageReference(pin.image);
    const { registry, repository, tag = '', digest } = reference;
    if (digest === undefined) throw new Error(`the pin "${pin.image}" has no digest`);
    const { issuer = '', identity = '' } = pin.signer ?? {};
    const key = JSON.stringify([registry, repository, tag, digest, issuer, identity]);
    const servers = [...(found.get(key)?.servers ?? []), server];
    found.set(key, { servers, pin, reference: { ...reference, digest } });
  }
  return [...found.values()];
}
