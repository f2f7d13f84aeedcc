import type { JsonObject } from '../../model/json.ts';
import type { Reading } from './container-reading.ts';

/** What no manifest can ask for and somebody has asked for, in the engine's own words. */
export function readOther({ info }: Reading): JsonObject {
  const { HostConfig: host, Config: config } = info;
  return {
    ...(host.AutoRemove === true ? { AutoRemove: true } : {}),
    ...(config.Tty === true ? { Tty: true } : {}),
  };
}
