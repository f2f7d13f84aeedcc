import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { BackendName } from '../model/secret.ts';

/** Where a new secret of a stack goes in one backend. */
export interface SecretPlace {
  /** As the backend takes it: whole paths. */
  readonly argument: Json;
  /** As the manifest says it, under `secrets`. */
  readonly declaration: JsonObject;
  /** A folder that must be there first, ours alone. */
  readonly folder?: string;
  /** A file in the folder of the manifest, which must be in no repository. */
  readonly file?: string;
}

export interface PlaceRequest {
  readonly stack: string;
  /** Of the manifest's first file, absolute. */
  readonly folder: string;
}

type Placing = (name: string, request: PlaceRequest, ctx: Pick<Context, 'folders'>) => SecretPlace;

/** The backends that a secret can be moved to. Each names it after the stack, so that two stacks never share one. */
const PLACES: Readonly<Partial<Record<BackendName, Placing>>> = {
  file: (name, { stack }, ctx) => {
    const folder = ownFolder(stack, ctx);
    return { ...same('file', join(folder, name)), folder };
  },
  age: (name, { stack }, ctx) => {
    const folder = ownFolder(stack, ctx);
    return { ...same('age', { file: join(folder, `${name}.age`) }), folder };
  },
  dotenv: (name, { folder }) => {
    const key = name
      .toUpperCase()
      .replaceAll('-', '_')
      .replace(/^(?=[0-9])/, '_');
    const file = join(folder, '.env');
    return { argument: { file, key }, declaration: { dotenv: { key } }, file };
  },
  sops: (name, { folder }) => {
    const file = 'secrets.sops.yaml';
    return { argument: { file: join(folder, file), key: name }, declaration: { sops: { file, key: name } } };
  },
  pass: (name, { stack }) => same('pass', `mcpform/${stack}/${name}`),
  lpass: (name, { stack }) => same('lpass', { name: `mcpform/${stack}/${name}` }),
  vault: (name, { stack }) => same('vault', { path: `mcpform/${stack}/${name}`, field: 'value' }),
  aws: (name, { stack }) => same('aws', { secret: `mcpform/${stack}/${name}` }),
  gcp: (name, { stack }) => same('gcp', { secret: `mcpform-${stack}-${name}` }),
  keychain: (name, { stack }) => same('keychain', { service: `mcpform/${stack}`, account: name }),
};

export const MOVABLE_TO = Object.keys(PLACES) as readonly BackendName[];

/** Null for a backend that nothing can be moved to. */
export function placeForSecret(backend: BackendName): Placing | null {
  return PLACES[backend] ?? null;
}

function same(backend: BackendName, argument: Json): SecretPlace {
  return { argument, declaration: { [backend]: argument } };
}

function ownFolder(stack: string, { folders }: Pick<Context, 'folders'>): string {
  return join(folders.config, 'secrets', stack);
}
