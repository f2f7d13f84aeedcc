import { McpformError } from '../../model/error.ts';
import type { HeadersLaunchRecord } from '../../model/launch.ts';
import { templateText } from '../../model/template.ts';
import { expandArgs, expandSecrets, type LaunchSecrets } from '../expand-args.ts';

/** How Claude Code tells a header helper for which URL it wants headers, with its own `${NAME}` expanded. */
export const URL_VARIABLE = 'CLAUDE_CODE_MCP_SERVER_URL';

/**
 * The headers of a launch, for the URL it was approved for and no other. `resolve` is not called before that is sure.
 * Throws SECRET_NOT_GRANTED, LAUNCH_VARIABLE, SECRET_INVALID, and what `resolve` throws.
 */
export async function headersFor(
  { server, url, headers }: HeadersLaunchRecord,
  env: Readonly<Record<string, string | undefined>>,
  resolve: () => Promise<LaunchSecrets>,
): Promise<Readonly<Record<string, string>>> {
  const asked = env[URL_VARIABLE];
  if (asked === undefined || asked === '') {
    throw refused(
      `the headers of "${server}" are for its client alone, and nobody said for which URL they are`,
      `a client says so in ${URL_VARIABLE}: update one that does not, or keep the secret in a variable`,
    );
  }
  const [own = ''] = expandArgs([url], env);
  if (!isSame(asked, own)) {
    throw refused(
      `the headers of "${server}" are for "${templateText(url)}", and were asked for another URL`,
      'run `mcpform plan`: it shows an entry that was changed by hand',
    );
  }
  const values = expandSecrets(headers, env, await resolve());
  const bad = Object.entries(values).find(([, value]) => !isOneLine(value));
  if (bad === undefined) return values;
  throw new McpformError(
    'SECRET_INVALID',
    `server "${server}": header "${bad[0]}" has a line break or a control character`,
    { hint: 'keep the secret as one line' },
  );
}

/** One text, or what is one to whoever sends the request: case of scheme and host, the usual port. */
function isSame(asked: string, own: string): boolean {
  if (asked === own) return true;
  if (!URL.canParse(asked) || !URL.canParse(own)) return false;
  return new URL(asked).href === new URL(own).href;
}

/** RFC 9110, 5.5: visible characters, spaces and tabs; what is beyond ASCII is the client's to send or to refuse. */
function isOneLine(value: string): boolean {
  return !/[\0-\x08\x0a-\x1f\x7f]/.test(value);
}

function refused(message: string, hint: string): McpformError {
  return new McpformError('SECRET_NOT_GRANTED', message, { hint });
}
