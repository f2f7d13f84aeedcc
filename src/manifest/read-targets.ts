import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { hasInvisibleCharacters } from '../formats/escape.ts';
import type { Target } from '../model/address.ts';
import type { TargetDocument } from '../schema/manifest.types.ts';
import type { Path, Problems } from './problem.ts';

export interface TargetScope {
  /** Absolute: the git root above the first file, else that file's folder. The default folder. */
  readonly root: string;
  /** Absolute path of the first manifest file; relative paths start beside it. */
  readonly firstFile: string;
  readonly clientNames: readonly string[];
  readonly problems: Problems;
}

/** Where entries go when nobody says. */
export const DEFAULT_TARGETS: readonly TargetDocument[] = [{ client: 'claude-code', scope: 'user' }];

/** Targets with absolute folders and the label their addresses show. Each must be another place. */
export function readTargets(
  documents: readonly TargetDocument[],
  path: Path,
  scope: TargetScope,
): readonly Target[] {
  const seen = new Map<string, number>();
  return documents.map((document, index) => {
    const at = [...path, String(index)];
    const target = readTarget(document, at, scope);
    const key = JSON.stringify([target.client, target.scope, target.folder]);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, index);
    else {
      scope.problems.error(
        'MANIFEST_TARGET_DUPLICATE',
        at,
        `is the same place as item ${earlier} of the list`,
        {
          hint: 'remove one of them',
        },
      );
    }
    return target;
  });
}

function readTarget(document: TargetDocument, path: Path, scope: TargetScope): Target {
  const { client, scope: name = 'user', path: folder } = document;
  checkClient(client, path, scope);
  if (name === 'user') {
    if (folder !== undefined) {
      scope.problems.error('MANIFEST_TARGET', [...path, 'path'], '"path" means nothing in user scope', {
        part: 'key',
        hint: 'remove it, or write scope: local or scope: project',
      });
    }
    return { client, scope: name };
  }
  if (folder === undefined) return { client, scope: name, folder: scope.root };
  checkFolder(folder, [...path, 'path'], scope);
  const absolute = resolve(dirname(scope.firstFile), folder);
  const label = labelOf(absolute, folder, scope.root);
  return { client, scope: name, folder: absolute, ...(label === null ? {} : { label }) };
}

function checkClient(client: string, path: Path, { clientNames, problems }: TargetScope): void {
  if (clientNames.includes(client)) return;
  const place = [...path, 'client'];
  problems.error('MANIFEST_TARGET', place, `client "${client}" is not known`, {
    near: [client, clientNames],
  });
}

function checkFolder(folder: string, path: Path, { problems }: TargetScope): void {
  if (/^~(?:[/\\]|$)/.test(folder)) {
    problems.error('MANIFEST_TARGET', path, '"~" is not expanded', {
      hint: 'write a path relative to the manifest, or use a variable',
    });
  }
  if (hasInvisibleCharacters(folder)) {
    problems.error('MANIFEST_CHARACTER', path, 'the path has invisible or control characters', {
      hint: 'write it with visible characters',
    });
  }
}

/** Relative to the default folder, which itself needs no label; a folder given absolutely outside it stays so. */
function labelOf(absolute: string, written: string, root: string): string | null {
  const fromRoot = relative(root, absolute);
  if (fromRoot === '') return null;
  const isOutside = fromRoot === '..' || fromRoot.startsWith(`..${sep}`) || isAbsolute(fromRoot);
  return (isOutside && isAbsolute(written) ? absolute : fromRoot).split(sep).join('/');
}
