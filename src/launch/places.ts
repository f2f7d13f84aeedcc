import { sep } from 'node:path';

/** Where everything of the launcher is, below the data folder (`$XDG_DATA_HOME/mcpform`). */
export function launchesFolder(data: string): string {
  return below(data, 'launches');
}

export function storesFolder(data: string): string {
  return below(data, 'store');
}

/** The record of one launch, the text that pins its dependencies, and its grants. The id has been checked. */
export function launchFiles(data: string, id: string) {
  const base = below(launchesFolder(data), id);
  return { record: `${base}.json`, tree: `${base}.tree`, grants: `${base}.grants` };
}

/** One installed package. `folder` is 0700; `tree` and all below it is read-only. */
export function storeFiles(folder: string) {
  return {
    folder,
    tree: below(folder, 'tree'),
    /** The content manifest. */
    manifest: below(folder, 'manifest'),
    /** Which package it is, for which host, and which programs it has. */
    about: below(folder, 'about'),
    /** What the cheap check compares with; made again whenever it is not there or not true any more. */
    stamps: below(folder, 'stamps'),
  };
}

/** `join` reads each character of both in a loop; there is nothing to normalise in these. */
function below(folder: string, name: string): string {
  return folder + sep + name;
}
