import type { Finding } from '../model/finding.ts';
import { type Json, sameJson } from '../model/json.ts';
import type { ImportedServer } from './write-import.ts';

/**
 * Imports of one name as one server with all their targets, when they say the same. When they do not, the first
 * stays and the others are refused: a manifest has each name once. `joined` are those of `imports` that went in.
 */
export function joinImports(imports: readonly ImportedServer[]): {
  readonly joined: readonly ImportedServer[];
  readonly servers: readonly ImportedServer[];
  readonly findings: readonly Finding[];
} {
  const servers = new Map<string, ImportedServer>();
  const joined: ImportedServer[] = [];
  const findings: Finding[] = [];
  for (const each of imports) {
    const first = servers.get(each.name);
    if (first !== undefined && !sameJson({ ...first.server, targets: [] }, { ...each.server, targets: [] })) {
      findings.push(nameTaken(each.name, targetsOf(first), targetsOf(each)));
      continue;
    }
    joined.push(each);
    const targets = [...(first === undefined ? [] : targetsOf(first)), ...targetsOf(each)];
    servers.set(each.name, { name: each.name, server: { ...each.server, targets } });
  }
  return { servers: [...servers.values()], joined, findings };
}

function targetsOf({ server }: ImportedServer): readonly Json[] {
  return server['targets'] as readonly Json[];
}

function scopeOf(targets: readonly Json[]): string {
  return (targets[0] as { readonly scope?: string } | undefined)?.scope ?? '';
}

function nameTaken(name: string, first: readonly Json[], other: readonly Json[]): Finding {
  const [kept, left] = [scopeOf(first), scopeOf(other)];
  return {
    code: 'MANIFEST_IMPORT_REFUSED',
    severity: 'error',
    message: `"${name}" in ${left} scope differs from "${name}" in ${kept} scope, and a manifest has each name once`,
    hint: `rename one of them in the client, or import the one in ${left} scope into a manifest of its own`,
  };
}
