import { locateFindings } from '../../src/manifest/locate.ts';
import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import type { ParsedManifest, Source } from '../../src/manifest/read-stack.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Manifest, Server } from '../../src/model/manifest.ts';

export const HEAD = 'apiVersion: mcpform/v1\nkind: Stack\nname: team\n';

export function sourcesOf(...texts: readonly (string | Uint8Array)[]): readonly Source[] {
  return texts.map((text, index) => ({
    path: index === 0 ? '/repo/mcp.yaml' : `/repo/over-${index}.yaml`,
    bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
  }));
}

export interface StackOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly root?: string;
  readonly allowedLiterals?: readonly string[];
}

/** Parses texts as `/repo/mcp.yaml` and files over it; findings with their places. */
export function parseStack(
  texts: string | Uint8Array | readonly (string | Uint8Array)[],
  { variables = {}, root = '/repo', allowedLiterals = [] }: StackOptions = {},
): ParsedManifest {
  const sources = sourcesOf(...(Array.isArray(texts) ? texts : [texts as string]));
  const parsed = parseManifest(sources, { root, variables, allowedLiterals, clientNames: ['claude-code'] });
  return { manifest: parsed.manifest, findings: locateFindings(parsed.findings, sources) };
}

/** The manifest of texts that must be right, warnings allowed. */
export function manifestOf(texts: string | readonly string[], options: StackOptions = {}): Manifest {
  const { manifest, findings } = parseStack(texts, options);
  if (manifest === null) throw new Error(findings.map(lineOf).join('\n'));
  return manifest;
}

/** A server of a stack that consists of the given `servers:` block (without its first line). */
export function serverOf(block: string, options: StackOptions = {}, more = ''): Server {
  const [server] = manifestOf(`${HEAD}${more}servers:\n${indent(block)}`, options).servers;
  return server as Server;
}

/** `line:column code place: message`, one per finding. */
export function findingsOf(
  texts: string | Uint8Array | readonly (string | Uint8Array)[],
  options: StackOptions = {},
): readonly string[] {
  return parseStack(texts, options).findings.map(lineOf);
}

export function lineOf({ at, code, message }: Finding): string {
  return `${at?.line ?? '?'}:${at?.column ?? '?'} ${code} ${message}`;
}

export function indent(block: string): string {
  return block
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}
