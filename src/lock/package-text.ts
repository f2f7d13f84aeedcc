import type { Runtime } from '../model/manifest.ts';

/** A package as a manifest names it; of an MCPB file, `version` is the hex of its sha256. */
export type PackageName = Omit<Extract<Runtime, { kind: 'package' }>, 'kind'>;

/**
 * The one text of what a manifest asks for: `npm:NAME@VERSION`, `pypi:NAME`, `git:URL@REF`, `mcpb:URL#sha256:HEX`.
 * Pins are compared with it.
 */
export function packageText({ ecosystem, name, version }: PackageName): string {
  if (version === undefined) return `${ecosystem}:${name}`;
  return ecosystem === 'mcpb' ? `mcpb:${name}#sha256:${version}` : `${ecosystem}:${name}@${version}`;
}

/** Groups: name, version. As `manifest/read-package.ts` reads them, in the form `packageText` gives. */
const SHAPES: Readonly<Record<PackageName['ecosystem'], RegExp>> = {
  npm: /^((?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*)(?:@([A-Za-z0-9^~*<>=][A-Za-z0-9.^~*<>=|+ _-]*))?$/,
  pypi: /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._,-]+\])?)(?:@([A-Za-z0-9][A-Za-z0-9.!+_-]*))?$/,
  git: /^((?:https|ssh):\/\/(?:[A-Za-z0-9_.-]+@)?[A-Za-z0-9[][^\s@#]*)(?:@([A-Za-z0-9][A-Za-z0-9._/-]*))?$/,
  mcpb: /^((?:https:\/\/[A-Za-z0-9][^\s#]*|\.{0,2}\/[^\s]+|[A-Za-z0-9_][^\s:]*)\.mcpb)(?:#sha256:([0-9a-f]{64}))?$/,
};

/** What `packageText` wrote; null for every other text. */
export function readPackageText(text: string): PackageName | null {
  const ecosystem = text.slice(0, Math.max(text.indexOf(':'), 0));
  if (text.length > 1200 || !Object.hasOwn(SHAPES, ecosystem)) return null;
  const known = ecosystem as PackageName['ecosystem'];
  const match = SHAPES[known].exec(text.slice(ecosystem.length + 1));
  if (match === null) return null;
  const [, name, version] = match;
  return { ecosystem: known, name: name as string, ...(version === undefined ? {} : { version }) };
}

/** Whether two names mean one package: PyPI knows several spellings of a project, everybody else one. */
export function isSamePackage(a: PackageName, b: PackageName): boolean {
  if (a.ecosystem !== b.ecosystem) return false;
  return a.ecosystem === 'pypi' ? projectOf(a.name) === projectOf(b.name) : a.name === b.name;
}

// https://packaging.python.org/en/latest/specifications/name-normalization/
function projectOf(name: string): string {
  const [, project = name, extras = ''] = /^([^[]*)(?:\[(.*)\])?$/.exec(name) ?? [];
  const plain = (text: string): string => text.toLowerCase().replace(/[-_.]+/g, '-');
  return `${plain(project)}[${extras.split(',').map(plain).sort().join()}]`;
}
