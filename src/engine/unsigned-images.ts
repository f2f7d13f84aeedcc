import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Desired } from '../model/resource.ts';

/** The images of servers that are not signed as policy wants: what may not run is not fetched either. */
export function unsignedImages(
  unsigned: ReadonlyMap<Address, Finding>,
  desired: readonly Desired[],
): readonly (readonly [Address, Finding])[] {
  const images = new Set(desired.flatMap(({ kind, address }) => (kind === 'image' ? [address] : [])));
  return desired.flatMap(({ address, dependsOn }) => {
    const finding = unsigned.get(address);
    if (finding === undefined) return [];
    return dependsOn
      .filter((each) => images.has(each))
      .map((image) => [image, { ...finding, address: image }] as const);
  });
}
