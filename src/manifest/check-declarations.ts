import type { NetworkDocument, VolumeDocument } from '../schema/manifest.types.ts';
import type { Problems } from './problem.ts';

/** What is external is as whoever made it made it; what is not is named after its stack. */
export function checkDeclarations(
  kind: 'networks' | 'volumes',
  declared: Readonly<Record<string, NetworkDocument | VolumeDocument>>,
  problems: Problems,
): void {
  for (const [name, document] of Object.entries(declared)) {
    const { external = false, ...rest } = document ?? {};
    for (const field of Object.keys(rest)) {
      const path = [kind, name, field];
      if (external && field !== 'name') {
        problems.error('MANIFEST_FIELD', path, `"${field}" means nothing for what is external`, {
          part: 'key',
          hint: 'remove it: mcpform neither makes it nor changes it',
        });
      } else if (!external && field === 'name') {
        problems.error('MANIFEST_FIELD', path, '"name" is only for what is external', {
          part: 'key',
          hint: 'remove it, or add `external: true` if it is there already',
        });
      }
    }
  }
}
