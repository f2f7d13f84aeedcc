import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import { readAttestations } from '../../../src/resolve/npm/attestations.ts';
import { type NpmRegistry, npmRegistry } from '../../support/npm-registry.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';
import { npmContext } from './world.ts';

let home: Home;
let registry: NpmRegistry;

beforeEach(async () => {
  home = await throwawayHome();
  registry = await npmRegistry({ folder: 'npm/', token: 'secret' });
  registry.publish({ name: '@acme/files', version: '1.0.0' });
});

afterEach(async () => {
  await registry.close();
  await home.remove();
});

async function read(version = '1.0.0') {
  const token = `//127.0.0.1:${registry.port}/npm/:_authToken=secret`;
  const ctx = await npmContext(home, [`@acme:registry=${registry.url}`, token]);
  return await readAttestations('@acme/files', version, ctx);
}

function say(dist: JsonObject): void {
  registry.amend('@acme/files', '1.0.0', (release) => ({ ...release, dist: { ...release.dist, ...dist } }));
}

function serve(path: string, body: JsonObject): void {
  registry.answer(path, (_, response) => void response.end(JSON.stringify(body)));
}

const integrity = (): string => registry.integrityOf('@acme/files', '1.0.0');
const publishedAt = '2020-01-01T00:00:00.000Z';
const signatures = [{ keyid: 'SHA256:abc', sig: 'MEUC' }];
const keys = [
  { keyid: 'SHA256:abc', keytype: 'ecdsa', scheme: 'ecdsa', key: 'MFkw', expires: null },
  { keyid: 'SHA256:old', key: 'MFkx', expires: '2025-01-29T00:00:00.000Z' },
  { keyid: 7 },
];

describe('what a registry says of a release', () => {
  it('may be nothing', async () => {
    expect(await read()).toEqual({
      attestations: [],
      signatures: [],
      keys: [],
      integrity: integrity(),
      publishedAt,
    });
    expect(registry.asked).toHaveLength(1);
  });

  it('are signatures, keys and attestations, as it sends them, with the user’s token', async () => {
    const attestations = [{ predicateType: 'https://slsa.dev/provenance/v1', bundle: { a: [1] } }];
    say({ signatures, attestations: { url: `${registry.url}-/npm/v1/attestations/@acme%2ffiles@1.0.0` } });
    serve('npm/-/npm/v1/keys', { keys } as unknown as JsonObject);
    serve('npm/-/npm/v1/attestations/@acme/files@1.0.0', { attestations });
    expect(await read()).toEqual({
      attestations,
      signatures,
      keys: [
        { keyid: 'SHA256:abc', key: 'MFkw', expires: null },
        { keyid: 'SHA256:old', key: 'MFkx', expires: '2025-01-29T00:00:00.000Z' },
      ],
      integrity: integrity(),
      publishedAt,
    });
    expect(new Set(registry.asked.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer secret']),
    );
  });

  it('may be signatures without keys', async () => {
    say({ signatures });
    expect(await read()).toMatchObject({ signatures, keys: [] });
  });

  it.each(['http://127.0.0.1:1/-/npm/v1/attestations/x', 'https://evil.example/x', 'x', 7])(
    'is refused when its attestations lie at "%s"',
    async (url) => {
      say({ attestations: { url } as JsonObject });
      await expect(read()).rejects.toMatchObject({ code: 'RESOLVE_INSECURE' });
    },
  );

  it('is not there for a release that is not, or attestations that are not', async () => {
    await expect(read('2.0.0')).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    await expect(read('constructor')).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    say({ attestations: { url: `${registry.url}-/gone` } });
    await expect(read()).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
  });

  it('needs a strong hash', async () => {
    say({ integrity: '' });
    await expect(read()).rejects.toMatchObject({ code: 'RESOLVE_NO_INTEGRITY' });
  });
});
