import type { JsonObject } from '../../model/json.ts';
import type { NetworkInfo } from './api.ts';
import { withoutEmpty } from './attributes.ts';
import { readLabels } from './container-labels.ts';

/** What a network is, in the words of `render`. */
export function readNetwork({ Driver, Options, Internal, EnableIPv6, Labels }: NetworkInfo): JsonObject {
  return withoutEmpty({
    driver: Driver ?? '',
    driverOptions: Options ?? {},
    internal: Internal === true,
    ipv6: EnableIPv6 === true,
    labels: readLabels(Labels),
  });
}
