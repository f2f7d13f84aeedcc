import { McpformError } from '../model/error.ts';
import type { Template } from '../model/manifest.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The arguments with `${NAME}` and `${NAME:-default}` as Claude Code expands them in what it starts itself: set but
 * empty counts as set, and what a value holds is not expanded again. Where the client would pass on a missing
 * `${NAME}` as it is, we say so instead (LAUNCH_VARIABLE).
 */
export function expandArgs(args: readonly Template[], env: Environment): readonly string[] {
  return args.map((arg) =>
    typeof arg === 'string'
      ? arg
      : arg
          .map((part) => {
            if (typeof part === 'string') return part;
            // The manifest allows secrets in variables, headers and URLs alone.
            if ('secret' in part) throw new Error(`a secret in an argument: "${part.secret}"`);
            return env[part.env] ?? part.default ?? missing(part.env);
          })
          .join(''),
  );
}

function missing(name: string): never {
  throw new McpformError('LAUNCH_VARIABLE', `environment variable "${name}" is not set`, {
    hint: `set it where the client is started, or give it a default in the manifest: \`\${${name}:-…}\``,
  });
}
