import { objectAddress } from '../../model/address.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { At } from '../../model/finding.ts';
import { isImageId, parseImageReference } from '../../model/image-reference.ts';
import type { DesiredObject, PinSummary } from '../../model/resource.ts';
import { specDigest } from '../launch-digest.ts';

/** So much of a digest tells images of one name apart. */
const SHOWN_DIGITS = 12;

/**
 * The image of a container, on its engine, for all servers that use it. It is content and nothing else: somebody may
 * have it there already, and nobody here takes it away. `pin` is the lock's, which alone knows the name of an id.
 */
export function imageObject(
  { image, platform }: Pick<ContainerSpec, 'image' | 'platform'>,
  engine: string | null,
  { pin, at }: { readonly pin: PinSummary | undefined; readonly at: At },
): DesiredObject {
  const local = isImageId(image) ? pin : undefined;
  const { name: repository, digest = image } = parseImageReference(local?.name ?? image);
  const name = local === undefined ? `${repository}@${digest}` : image;
  const shown = digest.slice('sha256:'.length, 'sha256:'.length + SHOWN_DIGITS);
  return {
    kind: 'image',
    image: name,
    platform,
    address: objectAddress(engine, 'image', `${repository}@${shown}`),
    provider: 'docker',
    engine,
    name,
    dependsOn: [],
    lifecycle: { protect: false, keep: [], ignoreChanges: [], onRemove: 'orphan', adopt: true },
    secrets: [],
    launchDigest: specDigest('image', { image: name, platform }),
    ...(local === undefined ? {} : { pin: local }),
    at,
  };
}
