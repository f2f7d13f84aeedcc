import type { BundleCommand, BundleManifest } from './bundle-manifest.ts';

/** A bundle's command line with everything filled in that can be known without asking anybody. */
export interface FilledCommand extends BundleCommand {
  /** Options without a value that the server cannot do without, and where the person writes them. */
  readonly missing: readonly MissingOption[];
}

export interface MissingOption {
  readonly key: string;
  /** Variables that would hold it: to be set in the server's `env`. */
  readonly env: readonly string[];
  /** Arguments from the first that would hold a missing one: to be written as the server's `args`. */
  readonly args: readonly string[];
}

/** What may stand in `mcp_config`, by name. `__dirname` stays as it is: only the store knows it. */
export type Folders = Readonly<
  Record<'HOME' | 'DESKTOP' | 'DOCUMENTS' | 'DOWNLOADS' | 'pathSeparator' | '/', string>
>;

/**
 * Fills in folders and the defaults of options. What needs an option that nobody gave is left out: variables alone;
 * arguments together with all that follow, so that the server's own `args`, which come after, can say them in order.
 * An optional one goes with the flag before it.
 */
export function fillIn(manifest: BundleManifest, platform: NodeJS.Platform, folders: Folders): FilledCommand {
  const { command, args, env } = manifest.commandFor(platform);
  const values = valuesOf(manifest, folders);
  const required = new Set(manifest.userConfig.filter(({ isRequired }) => isRequired).map(({ key }) => key));
  const lacks = (text: string): readonly string[] =>
    optionsIn(text).filter((key) => !values.has(`user_config.${key}`));
  const lacksRequired = (text: string): boolean => lacks(text).some((key) => required.has(key));
  const cut = cutBefore(args, lacksRequired);
  const known = Object.entries(env).filter(([, text]) => lacks(text).length === 0);
  return {
    command: one(command, values),
    args: withoutOptional(args.slice(0, cut), (text) => lacks(text).length > 0).flatMap((text) =>
      many(text, values),
    ),
    env: Object.fromEntries(known.map(([name, text]) => [name, one(text, values)])),
    missing: [...required]
      .filter((key) => !values.has(`user_config.${key}`))
      .map((key) => ({
        key,
        env: Object.keys(env).filter((name) => optionsIn(env[name] as string).includes(key)),
        args: args.slice(cut).some((text) => optionsIn(text).includes(key)) ? args.slice(cut) : [],
      })),
  };
}

type Values = ReadonlyMap<string, readonly string[]>;

function valuesOf(manifest: BundleManifest, folders: Folders): Values {
  const values = new Map<string, readonly string[]>(
    Object.entries(folders).map(([name, text]) => [name, [text]]),
  );
  const plain = new Map(values);
  for (const { key, fallback } of manifest.userConfig) {
    if (fallback !== null)
      values.set(
        `user_config.${key}`,
        fallback.map((text) => one(text, plain)),
      );
  }
  return values;
}

function optionsIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{user_config\.([^}]+)\}/g)].map((match) => match[1] as string);
}

/** Where the arguments end that need nobody: before the first that does, and before the flag it belongs to. */
function cutBefore(args: readonly string[], isUnknown: (text: string) => boolean): number {
  const first = args.findIndex(isUnknown);
  if (first === -1) return args.length;
  return first > 0 && isFlag(args[first - 1] as string) && !isFlag(args[first] as string) ? first - 1 : first;
}

function withoutOptional(args: readonly string[], isUnknown: (text: string) => boolean): readonly string[] {
  return args.filter((text, index) => {
    const next = args[index + 1];
    const isFlagOfUnknown = isFlag(text) && next !== undefined && !isFlag(next) && isUnknown(next);
    return !isUnknown(text) && !isFlagOfUnknown;
  });
}

function isFlag(text: string): boolean {
  return /^-[^=]*$/.test(text);
}

/** An argument that is an option and nothing else becomes as many arguments as the option has values. */
function many(text: string, values: Values): readonly string[] {
  const key = /^\$\{(user_config\.[^}]+)\}$/.exec(text)?.[1];
  return (key === undefined ? undefined : values.get(key)) ?? [one(text, values)];
}

function one(text: string, values: Values): string {
  return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => values.get(name)?.join(',') ?? whole);
}
