import { McpformError } from '../../model/error.ts';
import type { Pointer } from '../../model/json.ts';
import { isWithin } from '../../model/leaves.ts';
import type { Template } from '../../model/manifest.ts';
import type { Desired } from '../../model/resource.ts';
import type { SecretValue } from '../../model/secret.ts';
import { templateText } from '../../model/template.ts';

/**
 * A template with its secrets in it, for the place it is to stand at. Throws SECRET_INVALID for what could not stand
 * there, or would be something else there: a client expands what its entry holds, an engine nothing.
 */
export function secretText(
  { template, pointer }: { readonly template: Template; readonly pointer: Pointer },
  { kind }: Pick<Desired, 'kind'>,
  values: ReadonlyMap<string, SecretValue>,
): string {
  if (typeof template === 'string') return template;
  return template
    .map((part) => {
      if (typeof part === 'string' || !('secret' in part)) return templateText([part]);
      const value = values.get(part.secret);
      if (value === undefined) throw new Error(`secret "${part.secret}" was not looked at`);
      if (kind === 'entry') assertFits(value.reveal(), { name: part.secret, pointer });
      return value.reveal();
    })
    .join('');
}

function assertFits(
  text: string,
  { name, pointer }: { readonly name: string; readonly pointer: Pointer },
): void {
  const isOneLine = isWithin(pointer, '/headers') || pointer === '/url';
  if (isOneLine && /[\0-\x1f\x7f]/.test(text)) {
    throw new McpformError(
      'SECRET_INVALID',
      `secret "${name}" has a line break or control character, and "${pointer}" takes none`,
      {
        hint: 'keep it as one line',
      },
    );
  }
  if (text.includes('${')) {
    throw new McpformError(
      'SECRET_INVALID',
      `secret "${name}" holds a "\${", which the client would expand`,
      {
        hint: 'remove `emit: plaintext`: what mcpform hands on when the server starts is not expanded',
      },
    );
  }
}
