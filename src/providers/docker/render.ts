import { assertNever } from '../../model/assert-never.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Desired, DesiredObject, NetworkSpec, Rendered, VolumeSpec } from '../../model/resource.ts';
import { withoutEmpty } from './attributes.ts';
import { imageContent, normalizePlatform } from './image-name.ts';
import { renderContainer } from './render-container.ts';

/** What is desired of an engine, in the attributes that are compared and written. */
export function render(desired: Desired): Rendered {
  assertObject(desired);
  return { attributes: attributesOf(desired), findings: [] };
}

/** Whoever gives us something else has mixed up providers. */
export function assertObject(desired: Desired): asserts desired is DesiredObject {
  if (desired.kind === 'entry') throw new Error(`"${desired.address}" is nothing on an engine`);
}

function attributesOf(desired: DesiredObject): JsonObject {
  switch (desired.kind) {
    case 'image':
      return renderImage(desired.image, desired.platform);
    case 'network':
      return renderNetwork(desired.network);
    case 'volume':
      return renderVolume(desired.volume);
    case 'container':
      return renderContainer(desired.name, desired.container);
    default:
      return assertNever(desired);
  }
}

function renderImage(reference: string, platform: string | null): JsonObject {
  const image = imageContent(reference);
  return withoutEmpty({ image, platform: platform === null ? undefined : normalizePlatform(platform) });
}

function renderNetwork({ driver, driverOptions, isInternal, hasIpv6, labels }: NetworkSpec): JsonObject {
  return withoutEmpty({ driver, driverOptions, internal: isInternal, ipv6: hasIpv6, labels });
}

function renderVolume({ driver, driverOptions, labels }: VolumeSpec): JsonObject {
  return withoutEmpty({ driver, driverOptions, labels });
}
