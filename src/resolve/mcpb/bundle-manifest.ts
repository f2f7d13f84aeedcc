import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { ZipEntry } from './client.ts';

/**
 * What we use of a bundle's `manifest.json`, of any version up to 0.4 (DXT is its older name).
 * https://github.com/modelcontextprotocol/mcpb/blob/main/MANIFEST.md
 */
export interface BundleManifest {
  readonly name: string;
  readonly type: 'node' | 'python' | 'binary';
  readonly entryPoint: string;
  /** The command line for a platform, its overrides applied. */
  readonly commandFor: (platform: NodeJS.Platform) => BundleCommand;
  /** In the order of the file. */
  readonly userConfig: readonly UserOption[];
  /** Empty: all. */
  readonly platforms: readonly string[];
  /** Range of Node or Python versions, if it says one. */
  readonly runtimes: { readonly node?: string; readonly python?: string };
}

export interface BundleCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface UserOption {
  readonly key: string;
  readonly isRequired: boolean;
  /** As text; several when the option takes several; null when there is none. */
  readonly fallback: readonly string[] | null;
}

const maxBytes = 2 ** 20;

/** Reads `manifest.json` of a bundle. Throws RESOLVE_BUNDLE for one that cannot be started by anybody. */
export async function readBundleManifest(entries: readonly ZipEntry[]): Promise<BundleManifest> {
  const entry = entries.find(({ path }) => path === 'manifest.json');
  if (entry === undefined || entry.size > maxBytes) throw wrong('has no manifest.json of a sensible size');
  return parseBundleManifest((await entry.read()).toString('utf8'));
}

export function parseBundleManifest(text: string): BundleManifest {
  const manifest = object(parseJson(text), 'manifest.json');
  const server = object(manifest['server'], 'server');
  const config = object(server['mcp_config'] ?? {}, 'server.mcp_config');
  const compatibility = object(manifest['compatibility'] ?? {}, 'compatibility');
  return {
    name: string(manifest['name'], 'name'),
    type: typeOf(server['type'] ?? null),
    entryPoint: string(server['entry_point'], 'server.entry_point'),
    commandFor: (platform) => commandFor(config, platform),
    userConfig: Object.entries(object(manifest['user_config'] ?? {}, 'user_config')).map(([key, value]) =>
      readOption(key, object(value, `user_config.${key}`)),
    ),
    platforms: strings(compatibility['platforms'] ?? [], 'compatibility.platforms'),
    runtimes: readRuntimes(object(compatibility['runtimes'] ?? {}, 'compatibility.runtimes')),
  };
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch (error) {
    throw wrong('has a manifest.json that is not JSON', error);
  }
}

function typeOf(type: Json): BundleManifest['type'] {
  if (type === 'node' || type === 'python' || type === 'binary') return type;
  if (type === 'uv') {
    throw new McpformError(
      'RESOLVE_BUNDLE',
      'the bundle fetches what it depends on when it starts (server.type "uv"), so its hash does not say what runs',
      { hint: 'use the same server from PyPI: `package: pypi:NAME`' },
    );
  }
  throw wrong(`has the server.type ${JSON.stringify(type)}, which is none of node, python and binary`);
}

function commandFor(config: JsonObject, platform: NodeJS.Platform): BundleCommand {
  const overrides = object(config['platform_overrides'] ?? {}, 'platform_overrides');
  const own = Object.hasOwn(overrides, platform) ? object(overrides[platform], platform) : {};
  const chosen = { ...config, ...own };
  return {
    command: string(chosen['command'] ?? '', 'mcp_config.command'),
    args: strings(chosen['args'] ?? [], 'mcp_config.args'),
    env: Object.fromEntries(
      Object.entries(object(chosen['env'] ?? {}, 'mcp_config.env')).map(([name, value]) => {
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
          throw wrong(`sets a variable named ${JSON.stringify(name)}`);
        return [name, string(value, `mcp_config.env.${name}`)];
      }),
    ),
  };
}

function readOption(key: string, option: JsonObject): UserOption {
  const { default: fallback = null, required } = option;
  const isEmpty = fallback === null || fallback === '' || (Array.isArray(fallback) && fallback.length === 0);
  return { key, isRequired: required === true, fallback: isEmpty ? null : texts(fallback) };
}

function texts(value: Json): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

function readRuntimes({ node, python }: JsonObject): BundleManifest['runtimes'] {
  return {
    ...(typeof node === 'string' ? { node } : {}),
    ...(typeof python === 'string' ? { python } : {}),
  };
}

function object(value: unknown, where: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw wrong(`has a manifest.json in which "${where}" is not an object`);
}

function string(value: unknown, where: string): string {
  if (typeof value === 'string' && !value.includes('\0')) return value;
  throw wrong(`has a manifest.json in which "${where}" is not a text`);
}

function strings(value: unknown, where: string): readonly string[] {
  if (Array.isArray(value)) return value.map((each) => string(each, where));
  throw wrong(`has a manifest.json in which "${where}" is not a list`);
}

function wrong(what: string, cause?: unknown): McpformError {
  return new McpformError('RESOLVE_BUNDLE', `the bundle ${what}`, {
    hint: 'tell whoever publishes it, or use another version',
    cause,
  });
}
