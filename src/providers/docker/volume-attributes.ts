import type { JsonObject } from '../../model/json.ts';
import type { VolumeInfo } from './api.ts';
import { withoutEmpty } from './attributes.ts';
import { readLabels } from './container-labels.ts';

/** What a volume is, in the words of `render`. */
export function readVolume({ Driver, Options, Labels }: VolumeInfo): JsonObject {
  return withoutEmpty({ driver: Driver ?? '', driverOptions: Options ?? {}, labels: readLabels(Labels) });
}
