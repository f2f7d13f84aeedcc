import type { Pin } from '../model/lock.ts';
import type { PinSummary } from '../model/resource.ts';

/** A pin as plans and books name it. The digest is the one that changes with anything inside. */
export function summarizePin(pin: Pin): PinSummary {
  if (pin.kind === 'local-image') return { name: pin.image, digest: pin.id };
  if (pin.kind === 'image') {
    const [name = '', digest = ''] = pin.image.split('@', 2);
    return { name, digest };
  }
  const { package: name, integrity, tree } = pin;
  if (tree === undefined) return { name, digest: integrity ?? '' };
  return { name, digest: tree, ...(integrity === undefined ? {} : { integrity }) };
}
