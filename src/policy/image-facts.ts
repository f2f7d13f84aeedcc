import { isImageId } from '../model/image-reference.ts';
import type { Desired } from '../model/resource.ts';
import { type Fact, fact } from './fact.ts';
import { imageName, LOCAL, registryOf } from './image-name.ts';

/** The image of a server, of a container, or there by itself: as the lock has it, whatever the manifest asks for. */
export function imageFacts(desired: Desired): readonly Fact[] {
  const name = imageName(lockedImage(desired));
  if (isLocal(desired)) return localImageFacts(name);
  const registry = registryOf(name);
  return [fact('images', name, `image "${name}"`), fact('registries', registry, `registry "${registry}"`)];
}

/** The lock alone knows the name of an image that is asked for by its id. */
function lockedImage(desired: Desired): string {
  const { runtime, pin } = desired;
  if (pin !== undefined) return `${pin.name}@${pin.digest}`;
  return runtime?.kind === 'image' ? runtime.image : (contentOf(desired) ?? '');
}

function isLocal(desired: Desired): boolean {
  const { runtime } = desired;
  return (runtime?.kind === 'image' && runtime.isLocal === true) || isImageId(contentOf(desired) ?? '');
}

function contentOf(desired: Desired): string | undefined {
  return desired.kind === 'image' ? desired.image : desired.container?.image;
}

/**
 * Whoever may build on the engine may give an image any name, so it is no proof of anything: only a pattern that says
 * `local://` allows it. What is denied under its name is denied here too.
 */
function localImageFacts(name: string): readonly Fact[] {
  const shown = `local image "${name.replace(/@.*$/, '')}"`;
  return [
    { ...fact('images', `${LOCAL}${name}`, shown), also: [name] },
    { ...fact('registries', LOCAL, shown), also: [registryOf(name)] },
  ];
}
