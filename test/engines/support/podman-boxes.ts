import type { JsonObject } from '../../../src/model/json.ts';
import { freePort } from '../../support/free-port.ts';

const NAMES = ['one', 'two', 'three', 'alone', 'keeper', 'imaged'] as const;

export type BoxName = (typeof NAMES)[number];

/** A stack of services that do nothing, for Podman. `imaged` has an image for itself. */
export async function podmanBoxes(image: string, ofImaged: string): Promise<JsonObject> {
  const servers: Record<string, JsonObject> = {};
  for (const name of NAMES) servers[name] = { ...OF_ALL, image, publish: await freePort(), ...MORE[name] };
  servers['imaged'] = { ...servers['imaged'], image: ofImaged };
  return {
    servers,
    networks: { inner: { labels: { of: 'inner' } }, lone: null },
    volumes: { data: { protect: false }, scratch: { protect: false } },
  };
}

const OF_ALL: JsonObject = {
  platform: 'linux/amd64',
  transport: 'http',
  port: 3001,
  entrypoint: ['sleep'],
  args: ['100000'],
  stopSignal: 'KILL',
  health: { disabled: true },
  env: { LEVEL: '3' },
  labels: { team: 'tools' },
  networks: ['inner'],
};

const MORE: Partial<Readonly<Record<BoxName, JsonObject>>> = {
  alone: { networks: ['lone'] },
  keeper: { volumes: ['data:/data'] },
};
