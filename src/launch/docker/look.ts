import type { Context } from '../../model/context.ts';
import type { SeenContainer } from './engine-cli.ts';
import { type Inspected, inspectContainer, inspectContainers, labelsOfImages } from './engine-cli.ts';
import { labelsOfOurs } from './labels.ts';

/** As `inspectContainers`; labels of ours that a container only has from its image are not there. */
export async function lookAtContainers(
  ids: readonly string[],
  ctx: Pick<Context, 'system'>,
): Promise<Inspected> {
  const { containers, hanging } = await inspectContainers(ids, ctx);
  return { containers: await withoutInherited(containers, ctx), hanging };
}

/** One of them, now; null when it is gone. */
export async function lookAtContainer(
  id: string,
  ctx: Pick<Context, 'system'>,
): Promise<SeenContainer | null> {
  const container = await inspectContainer(id, ctx);
  return container === null ? null : ((await withoutInherited([container], ctx))[0] ?? null);
}

/**
 * `docker commit` makes an image of a container with all its labels, and anybody may build one with any. Who started
 * such an image by hand has none of ours: those of a launch differ from any earlier one's.
 */
async function withoutInherited(
  containers: readonly SeenContainer[],
  ctx: Pick<Context, 'system'>,
): Promise<readonly SeenContainer[]> {
  const claiming = containers.filter(({ labels }) => Object.keys(labelsOfOurs(labels)).length > 0);
  if (claiming.length === 0) return containers;
  const brought = await labelsOfImages([...new Set(claiming.map(({ imageId }) => imageId))], ctx);
  return containers.map((container) => {
    const ours = Object.entries(labelsOfOurs(container.labels));
    const image = brought.get(container.imageId) ?? {};
    const isInherited = ours.length > 0 && ours.every(([name, value]) => image[name] === value);
    if (!isInherited) return container;
    const labels = Object.entries(container.labels).filter(([name]) => !ours.some(([our]) => our === name));
    return { ...container, labels: Object.fromEntries(labels) };
  });
}
