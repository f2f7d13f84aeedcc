import { dirname, join } from 'node:path';
import type { Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';
import type { Lock } from '../model/lock.ts';
import { isTreeFileName, lockFolderOf, treeDigest, treeFileName } from './tree-file.ts';

/**
 * Whether the lock folder holds what the pins say: `texts` are its files by name. One finding for each that differs,
 * is missing, or belongs to no pin; files with names that are not ours are nobody's business.
 */
export function checkTrees(
  lock: Lock,
  texts: ReadonlyMap<string, string>,
  lockPath: string,
): readonly Finding[] {
  const folder = lockFolderOf(lockPath);
  const named = new Set<string>();
  const findings: Finding[] = [];
  for (const [server, pin] of Object.entries(lock.servers)) {
    const name = pin.kind === 'package' && pin.tree !== undefined ? treeFileName(server, pin) : null;
    if (name === null || pin.kind !== 'package') continue;
    named.add(name);
    const text = texts.get(name);
    const at = { file: lockPath, pointer: toPointer(['servers', server, 'tree']) };
    if (text === undefined) findings.push({ ...missing(server, join(folder, name)), at });
    else if (treeDigest(text) !== pin.tree) {
      findings.push({ ...changed(server, join(folder, name), pin.tree ?? '', treeDigest(text)), at });
    }
  }
  const strays = [...texts.keys()].filter((name) => isTreeFileName(name) && !named.has(name)).sort();
  return [
    ...findings,
    ...strays.map((name) => stray(join(folder, name), join(dirname(lockPath), folder, name))),
  ];
}

function missing(server: string, file: string): Finding {
  return {
    code: 'LOCK_TREE_MISSING',
    severity: 'error',
    message: `"${file}", which pins the dependencies of "${server}", is missing`,
    hint: 'restore it from Git, or run `mcpform lock` and commit what it writes',
  };
}

function changed(server: string, file: string, locked: string, found: string): Finding {
  return {
    code: 'LOCK_TREE_CHANGED',
    severity: 'error',
    message: `"${file}", which pins the dependencies of "${server}", has digest "${found}", and the lock says "${locked}"`,
    hint: 'restore both from Git; if neither can be trusted, remove the file and run `mcpform lock`',
  };
}

function stray(name: string, file: string): Finding {
  return {
    code: 'LOCK_TREE_STRAY',
    severity: 'error',
    message: `"${name}" belongs to no pin of the lock`,
    hint: 'run `mcpform lock`, which removes it',
    at: { file },
  };
}
