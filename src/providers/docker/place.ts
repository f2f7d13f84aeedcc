import { engineName, type ObjectKind } from '../../model/address.ts';
import type { Place } from '../../model/resource.ts';

/** Stands for the id of an engine that does not answer and that nobody remembers. */
const UNKNOWN_ENGINE = '?';

/** Where an object lives. `engine` is the engine's id, or null while it is not known. */
export function objectPlace(
  engine: string | null,
  context: string | null,
  { kind, name }: { readonly kind: ObjectKind; readonly name: string },
): Place {
  return {
    key: `${engine ?? UNKNOWN_ENGINE}/${kind}/${name}`,
    file: engineName(context),
    path: [kind, name],
    isShared: false,
  };
}

/** The id of the engine that a place is on; null when that was never known. */
export function engineIdOf({ key, path }: Place): string | null {
  const id = key.slice(0, -`/${path.join('/')}`.length);
  return id === UNKNOWN_ENGINE ? null : id;
}

/** The Docker context of the engine; null: the one that the docker command talks to. */
export function contextOf({ file }: Pick<Place, 'file'>): string | null {
  return file === 'docker' ? null : file.slice('docker@'.length);
}

export function kindOf({ path }: Place): ObjectKind {
  return path[0] as ObjectKind;
}

export function nameOf({ path }: Place): string {
  return path[1] as string;
}
