import type { MountDocument, ServerDocument } from '../schema/manifest.types.ts';
import type { Path, Problems } from './problem.ts';

/** Names declared at the top level; null when it is not known which there are. */
export interface DeclaredNames {
  readonly networks: ReadonlySet<string> | null;
  readonly volumes: ReadonlySet<string> | null;
}

/** The networks and volumes a server uses, against those that are declared. */
export function checkReferences(
  document: ServerDocument,
  path: Path,
  declared: DeclaredNames,
  problems: Problems,
): void {
  const { networks = [], volumes = [] } = document;
  const names = Array.isArray(networks) ? networks : Object.keys(networks);
  names.forEach((name, index) => {
    const place = [...path, 'networks', Array.isArray(networks) ? String(index) : name];
    checkName('network', name, declared.networks, place, problems);
  });
  volumes.forEach((mount, index) => {
    const place = [...path, 'volumes', String(index)];
    const name = volumeOf(mount, place, problems);
    if (name !== null) checkName('volume', name, declared.volumes, place, problems);
  });
}

function checkName(
  kind: 'network' | 'volume',
  name: string,
  declared: ReadonlySet<string> | null,
  path: Path,
  problems: Problems,
): void {
  if (declared === null || declared.has(name)) return;
  problems.error('MANIFEST_REFERENCE_UNKNOWN', path, `${kind} "${name}" is not declared`, {
    near: [name, declared],
    hint: `declare it: ${kind}s: { ${name}: {} }`,
  });
}

/** The volume a mount names; null for a folder of the host. A source that starts like a path is one. */
function volumeOf(mount: MountDocument, path: Path, problems: Problems): string | null {
  if (typeof mount === 'string') {
    const source = mount.slice(0, mount.indexOf(':'));
    return /^[./~]/.test(source) ? null : source;
  }
  const { volume, bind } = mount;
  if ((volume === undefined) !== (bind === undefined)) return volume ?? null;
  problems.error('MANIFEST_WRONG_VALUE', path, 'a mount needs exactly one of volume and bind', {
    hint: 'write { volume: NAME, target: /PATH } or { bind: ./FOLDER, target: /PATH }',
  });
  return null;
}
