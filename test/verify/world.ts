import type { Context } from '../../src/model/context.ts';
import { McpformError } from '../../src/model/error.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Signer } from '../../src/model/lock.ts';
import type { Requirement, WantedSignature } from '../../src/policy/policy.ts';
import { type MemoryOptions, type MemorySystem, memorySystem } from '../../src/system/memory.ts';
import { verifyImage } from '../../src/verify/verify-image.ts';
import { contextOver } from '../providers/claude-code/world.ts';
import type { MockRegistry } from './mock-registry.ts';
import { IDENTITY, ISSUER } from './sigstore.ts';

export const POLICY = '/etc/mcpform/policy.yaml';
export const ROOT = '/etc/mcpform/trusted_root.json';
export const KEY = '/etc/mcpform/cosign.pub';
export const HOME = '/home/ann';

/** A machine with a policy and the files it names, all root's; `{ link: PATH }` is a link. */
export function world(
  files: Readonly<Record<string, string | JsonObject>>,
  options: Omit<MemoryOptions, 'tree'> = {},
): { readonly ctx: Context; readonly system: MemorySystem } {
  const texts = Object.entries(files).map(([path, file]) => {
    const isText = typeof file === 'string' || typeof file['link'] === 'string';
    return [path, isText ? file : JSON.stringify(file)];
  });
  const tree = { [POLICY]: 'the engine has read it', ...Object.fromEntries(texts), [`${HOME}/`]: '' };
  const system = memorySystem({ ...options, tree, identity: { uid: 0 } });
  return { ctx: contextOver(system, HOME).ctx, system };
}

/** A requirement as it comes out of the policy. */
export function requirement(...oneOf: readonly WantedSignature[]): Requirement {
  return { pattern: 'ghcr.io/acme/*', file: POLICY, oneOf, trustedRoot: ROOT };
}

export const byIdentity = (identity = IDENTITY, issuer = ISSUER): Requirement =>
  requirement({ kind: 'identity', issuer, identity });
export const byKey = (key = KEY): Requirement => requirement({ kind: 'key', key });

export const NOBODY = { known: null, sigstore: { trustedRoot: ROOT, file: POLICY } } as const;

export interface Asking {
  readonly registry: MockRegistry;
  readonly digest: string;
  readonly requirements: readonly Requirement[];
  readonly known?: Signer | null;
}

export async function ask({ known = null, ...asking }: Asking, ctx: Context): Promise<string> {
  const image = { ...NOBODY, ...asking, known, repository: 'acme/x', name: 'ghcr.io/acme/x@sha256:…' };
  return inWords(verifyImage(image, ctx));
}

/** `signed by X of Y`, `unsigned`, or a failure with its code. Anything that is no failure of ours is a bug. */
export async function inWords(asked: ReturnType<typeof verifyImage>): Promise<string> {
  try {
    const found = await asked;
    return found.kind === 'signed'
      ? `signed by ${found.signer.identity} of ${found.signer.issuer}`
      : found.kind;
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

/** What cosign 3 signs by default. */
export function cosignStatement(digest: string, more: JsonObject = {}): Json {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType: 'https://sigstore.dev/cosign/sign/v1',
    predicate: {},
    ...more,
  };
}

/** What cosign signed before. The name in it is the signer's, and means nothing. */
export function simpleSigning(digest: string, type = 'cosign container image signature'): Buffer {
  const identity = { 'docker-reference': 'registry.example.com/another/name' };
  const critical = { identity, image: { 'docker-manifest-digest': digest }, type };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}
