import type { Lock, Pin } from '../model/lock.ts';
import type { Manifest } from '../model/manifest.ts';
import { isSatisfied } from './satisfies.ts';

/** By server: the pins that are for what the manifest asks for now. */
export function satisfiedPins(manifest: Manifest, lock: Lock): ReadonlyMap<string, Pin> {
  const pins = new Map<string, Pin>();
  for (const { name, runtime } of manifest.servers) {
    const pin = Object.hasOwn(lock.servers, name) ? lock.servers[name] : undefined;
    if (pin !== undefined && isSatisfied(runtime, pin)) pins.set(name, pin);
  }
  return pins;
}
