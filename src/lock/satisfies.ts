import { parseImageReference } from '../model/image-reference.ts';
import type { Lock, Pin } from '../model/lock.ts';
import type { Manifest, Runtime } from '../model/manifest.ts';
import { packageText } from './package-text.ts';

/** A server that the lock does not answer for. */
export interface Unsatisfied {
  readonly server: string;
  /** `missing`: not in the lock; `changed`: the lock answers another question. */
  readonly reason: 'missing' | 'changed';
}

/** Servers whose pin is missing, or for something else than the manifest asks for; disabled ones too. In its order. */
export function unsatisfied(manifest: Manifest, lock: Lock): readonly Unsatisfied[] {
  return manifest.servers.flatMap(({ name, runtime }): readonly Unsatisfied[] => {
    if (runtime.kind !== 'package' && runtime.kind !== 'image') return [];
    const pin = Object.hasOwn(lock.servers, name) ? lock.servers[name] : undefined;
    if (pin === undefined) return [{ server: name, reason: 'missing' }];
    return isSatisfied(runtime, pin) ? [] : [{ server: name, reason: 'changed' }];
  });
}

/** Names in the lock that no package or image of the manifest has. Sorted. */
export function staleServers(manifest: Manifest, lock: Lock): readonly string[] {
  const needed = new Set(
    manifest.servers
      .filter(({ runtime: { kind } }) => kind === 'package' || kind === 'image')
      .map(({ name }) => name),
  );
  return Object.keys(lock.servers)
    .filter((name) => !needed.has(name))
    .sort();
}

/** Whether the pin answers what the manifest asks: the same text, or the same image name, tag and, if any, digest. */
export function isSatisfied(runtime: Runtime, pin: Pin): boolean {
  if (runtime.kind === 'package') {
    return pin.kind === 'package' && (pin.requested ?? pin.package) === packageText(runtime);
  }
  if (runtime.kind !== 'image' || pin.kind !== 'image') return false;
  const [wanted, locked] = [parseImageReference(runtime.image), parseImageReference(pin.image)];
  return (
    wanted.registry === locked.registry &&
    wanted.repository === locked.repository &&
    wanted.tag === locked.tag &&
    (wanted.digest === undefined || wanted.digest === locked.digest)
  );
}
