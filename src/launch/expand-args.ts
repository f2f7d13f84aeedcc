import { McpformError } from '../model/error.ts';
import type { Template, TemplatePart } from '../model/manifest.ts';
import type { SecretValue } from '../model/secret.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the secrets of a launch are, by the names its templates have for them. */
export type LaunchSecrets = ReadonlyMap<string, SecretValue>;

/**
 * The arguments with `${NAME}` and `${NAME:-default}` as Claude Code expands them in what it starts itself: set but
 * empty counts as set, and what a value holds is not expanded again. Where the client would pass on a missing
 * `${NAME}` as it is, we say so instead (LAUNCH_VARIABLE).
 */
export function expandArgs(args: readonly Template[], env: Environment): readonly string[] {
  return args.map((arg) =>
    textOf(arg, env, (name) => {
      // The manifest allows secrets in variables, headers and URLs alone.
      throw new Error(`a secret in an argument: "${name}"`);
    }),
  );
}

/** The same for variables and headers, with the secrets in them. Only what hands them on may have the result. */
export function expandSecrets(
  templates: Readonly<Record<string, Template>>,
  env: Environment,
  secrets: LaunchSecrets,
): Record<string, string> {
  const secret = (name: string): string => {
    const value = secrets.get(name);
    if (value === undefined) throw new Error(`secret "${name}" is in a launch, and not among its secrets`);
    return value.reveal();
  };
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [name, textOf(template, env, secret)]),
  );
}

function textOf(template: Template, env: Environment, secret: (name: string) => string): string {
  const part = (each: TemplatePart): string => {
    if (typeof each === 'string') return each;
    if ('secret' in each) return secret(each.secret);
    return env[each.env] ?? each.default ?? missing(each.env);
  };
  return typeof template === 'string' ? template : template.map(part).join('');
}

function missing(name: string): never {
  throw new McpformError('LAUNCH_VARIABLE', `environment variable "${name}" is not set`, {
    hint: `set it where the client is started, or give it a default in the manifest: \`\${${name}:-…}\``,
  });
}
