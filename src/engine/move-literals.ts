import { dirname } from 'node:path';
import type { FoundLiteral } from '../manifest/found-literals.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { fromPointer, type JsonObject } from '../model/json.ts';
import type { BackendName, SecretBackend, SecretValue } from '../model/secret.ts';
import { loadBackend } from '../secrets/index.ts';
import { assertIgnored } from './assert-ignored.ts';
import { MOVABLE_TO, type PlaceRequest, placeForSecret, type SecretPlace } from './place-for-secret.ts';

export interface MoveRequest extends PlaceRequest {
  readonly backend: BackendName;
  /** Names that the manifest has under `secrets`. */
  readonly taken: ReadonlySet<string>;
}

/** A credential that is in a backend now. */
export interface Moved {
  readonly literal: FoundLiteral;
  /** Of the secret in the manifest. */
  readonly name: string;
  readonly declaration: JsonObject;
}

type WritableBackend = Required<SecretBackend>;

/** Throws USAGE for a backend that nothing can be moved to. */
export async function movableTo(name: BackendName): Promise<WritableBackend> {
  const backend = placeForSecret(name) === null ? null : await loadBackend(name);
  if (backend !== null && isWritable(backend)) return backend;
  throw new McpformError('USAGE', `secrets cannot be moved to "${name}"`, {
    hint: `write one of ${MOVABLE_TO.join(', ')}`,
  });
}

function isWritable(backend: SecretBackend): backend is WritableBackend {
  return backend.write !== undefined;
}

/**
 * Puts each value into the backend under a name made of its server and key, and reads it back: when this returns, all
 * are there. What is there already is kept: an equal value is used, and for another one the next name is taken. Changes
 * neither the manifest nor the client. Throws SECRET_*, then nothing refers to what was written.
 */
export async function moveLiterals(
  literals: readonly FoundLiteral[],
  request: MoveRequest,
  ctx: Context,
): Promise<readonly Moved[]> {
  const backend = await movableTo(request.backend);
  const taken = new Set(request.taken);
  const moved: Moved[] = [];
  for (const literal of literals) {
    const one = await move(literal, { backend, request, taken }, ctx);
    taken.add(one.name);
    moved.push(one);
  }
  return moved;
}

interface Mover {
  readonly backend: WritableBackend;
  readonly request: MoveRequest;
  readonly taken: ReadonlySet<string>;
}

/** After so many names, something else is wrong. */
const MOST_NAMES = 100;

async function move(literal: FoundLiteral, { backend, request, taken }: Mover, ctx: Context): Promise<Moved> {
  ctx.conceal.add(literal.value.reveal());
  const placing = placeForSecret(request.backend);
  if (placing === null) throw new Error(`"${request.backend}" has no places`);
  const base = nameFor(literal);
  for (let number = 1; number <= MOST_NAMES; number += 1) {
    const name = number === 1 ? base : `${base.slice(0, 59)}-${number}`;
    if (taken.has(name)) continue;
    const place = placing(name, request, ctx);
    if (await put(place, literal.value, backend, ctx))
      return { literal, name, declaration: place.declaration };
  }
  throw new McpformError('SECRET_NOT_WRITABLE', `every name for "${base}" is taken in ${backend.name}`, {
    hint: 'remove what nobody uses any more',
  });
}

/** False when another value is there. */
async function put(
  place: SecretPlace,
  value: SecretValue,
  backend: WritableBackend,
  ctx: Context,
): Promise<boolean> {
  if (place.file !== undefined) await assertIgnored(place.file, dirname(place.file), ctx);
  if (place.folder !== undefined) await ctx.system.files.makeFolder(place.folder, 0o700);
  const there = await readOrNull(place, backend, ctx);
  if (there !== null) return there.reveal() === value.reveal();
  await backend.write(place.argument, value, ctx);
  const kept = await backend.read(place.argument, ctx);
  if (kept.reveal() === value.reveal()) return true;
  throw new McpformError('SECRET_BACKEND_FAILED', `${backend.name} did not keep a value as it was given`, {
    hint: 'keep this one in another backend; nothing refers to what was written',
  });
}

async function readOrNull(
  { argument }: SecretPlace,
  backend: SecretBackend,
  ctx: Context,
): Promise<SecretValue | null> {
  try {
    return await backend.read(argument, ctx);
  } catch (error) {
    if (error instanceof McpformError && error.code === 'SECRET_NOT_FOUND') return null;
    throw error;
  }
}

/** `github` and `GITHUB_TOKEN` are `github-token`; `linear` and `Authorization` are `linear-authorization`. */
function nameFor({ server, pointer }: FoundLiteral): string {
  const [owner, key] = [slug(server), slug(fromPointer(pointer).at(-1) ?? '')];
  const name = key === owner || key.startsWith(`${owner}-`) ? key : `${owner}-${key}`;
  const fitting = name.slice(0, 63).replace(/^[^a-z0-9]+|-+$/g, '');
  return fitting === '' || fitting in {} ? 'secret' : fitting;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
