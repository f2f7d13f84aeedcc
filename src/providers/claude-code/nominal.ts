import { relative, sep } from 'node:path';
import type { Target } from '../../model/address.ts';
import { type Container, type NominalRequest, type Observation, targetKey } from '../../model/provider.ts';
import { projectFile } from './paths.ts';
import { isInside } from './place.ts';

/** The file of user and local scope, in whichever home. */
const CONFIG = '~/.claude.json';

/** The same paths on every machine: `~` is its home, and files of the repository count from its root. */
export function nominal({ targets, root }: NominalRequest): Observation {
  const containers = new Map(targets.map((target) => [targetKey(target), containerOf(target, root)]));
  return {
    objects: new Map(),
    containers,
    unavailable: new Map(),
    config: CONFIG,
    findings: [],
    facts: null,
  };
}

function containerOf({ scope, folder = '' }: Target, root: string): Container {
  switch (scope) {
    case 'user':
      return { file: CONFIG, path: ['mcpServers'], isShared: false };
    case 'local':
      return { file: CONFIG, path: ['projects', folder, 'mcpServers'], isShared: false };
    case 'project': {
      const isShared = isInside(folder, root);
      const file = projectFile(folder);
      return {
        file: isShared ? relative(root, file).split(sep).join('/') : file,
        path: ['mcpServers'],
        isShared,
      };
    }
  }
}
