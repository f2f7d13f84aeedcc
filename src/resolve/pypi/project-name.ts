import { McpformError } from '../../model/error.ts';
import type { Runtime } from '../../model/manifest.ts';
import { packageOf } from '../package-of.ts';
import { normalizedExtra } from './marker.ts';
import { parseSpecifier, type Specifier } from './specifier.ts';
import { parseVersion } from './version.ts';

/** A Python project as a manifest asks for it. Nothing in it can be taken for an option or an address. */
export interface Project {
  /** As written, with extras: `Mcp_Server[cli]`. */
  readonly written: string;
  /** One spelling per project: `mcp-server`. https://packaging.python.org/specifications/name-normalization */
  readonly name: string;
  /** Normalised and sorted. */
  readonly extras: readonly string[];
  readonly wanted:
    | { readonly kind: 'exact'; readonly version: string }
    | { readonly kind: 'range'; readonly specifier: Specifier }
    | { readonly kind: 'any' };
}

const namePattern = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[([A-Za-z0-9._,-]*)\])?$/;

/** Throws RESOLVE_NAME for what no index can have. */
export function readProject(runtime: Runtime): Project {
  const { name: written, version } = packageOf(runtime, 'pypi');
  const match = namePattern.exec(written);
  const wanted = readWanted(version);
  if (match === null || written.length > 500 || wanted === null) {
    const text = version === undefined ? written : `${written}@${version}`;
    throw new McpformError('RESOLVE_NAME', `"${text}" is not a Python project and version`, {
      hint: 'write it like `pypi:mcp-server-time@2026.1.1`',
    });
  }
  const [, name = '', extras = ''] = match;
  return { written, name: normalizedName(name), extras: readExtras(extras), wanted };
}

/** The project and version of a pin, `pypi:NAME@VERSION`. */
export function readPinned(text: string): Project & { readonly version: string } {
  const at = text.lastIndexOf('@');
  const runtime = {
    kind: 'package',
    ecosystem: 'pypi',
    name: text.slice('pypi:'.length, at),
    version: text.slice(at + 1),
  } as const;
  const project = readProject(runtime);
  if (project.wanted.kind !== 'exact') {
    throw new McpformError('RESOLVE_NAME', `"${text}" does not pin a version`, {
      hint: 'run `mcpform lock`',
    });
  }
  return { ...project, version: project.wanted.version };
}

export function normalizedName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function readExtras(text: string): readonly string[] {
  const names = text.split(',').filter((extra) => extra !== '');
  return [...new Set(names.map(normalizedExtra))].sort();
}

function readWanted(version: string | undefined): Project['wanted'] | null {
  if (version === undefined) return { kind: 'any' };
  if (parseVersion(version) !== null) return { kind: 'exact', version };
  const specifier = parseSpecifier(version);
  return specifier === null ? null : { kind: 'range', specifier };
}
