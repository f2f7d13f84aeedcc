import type { Runtime } from '../model/manifest.ts';

/** A package as the lock writes it: `npm:NAME@VERSION`, `npm:NAME`, `git:URL@REF`, `mcpb:URL#sha256:HEX`. */
export function packageText({ ecosystem, name, version }: Extract<Runtime, { kind: 'package' }>): string {
  if (version === undefined) return `${ecosystem}:${name}`;
  return ecosystem === 'mcpb' ? `mcpb:${name}#sha256:${version}` : `${ecosystem}:${name}@${version}`;
}
