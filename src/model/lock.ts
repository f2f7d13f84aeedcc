import type { Address } from './address.ts';
import type { Json } from './json.ts';

/** `mcp.lock.yaml`, canonical. Fields a newer mcpform wrote are kept in `unknown` and written back. */
export interface Lock {
  /** What each server of the manifest stands for, by the server's name: packages and images only. */
  readonly servers: Readonly<Record<string, Pin>>;
  /** Who owns entries in files that are shared through git: only project-scope addresses. */
  readonly ownership: Readonly<Record<Address, SharedOwnership>>;
  /** What each server offered when somebody recorded it, by the server's name. */
  readonly offers: Readonly<Record<string, OfferPin>>;
  readonly unknown: Readonly<Record<string, Json>>;
}

/** One server's name, resolved to content. */
export type Pin = ImagePin | LocalImagePin | PackagePin;

export interface ImagePin {
  readonly kind: 'image';
  /** The scalar of the manifest with the index digest: `ghcr.io/acme/x:1.2@sha256:…`. */
  readonly image: string;
  readonly signer?: Signer;
}

/** An image that no registry has, at the one engine where it was built or loaded. */
export interface LocalImagePin {
  readonly kind: 'local-image';
  /** The scalar of the manifest: `localhost/x:1.2`. */
  readonly image: string;
  /**
   * What the engine calls its content, `sha256:` + hex: the digest of its configuration, or of its manifest where
   * containerd keeps the images. So another engine may have another one for the same image.
   */
  readonly id: string;
  /** Nobody can have signed it. */
  readonly signer?: never;
}

export interface PackagePin {
  readonly kind: 'package';
  /**
   * Exact: `npm:NAME@1.2.3`, `pypi:NAME@1.2.3`, `git:URL@COMMIT` (40 hex), `mcpb:URL`. Extras of a Python project
   * belong to the name.
   */
  readonly package: string;
  /** What the manifest asked for, where that is not `package` itself: `npm:NAME@^1`, `npm:NAME`, `git:URL@main`. */
  readonly requested?: string;
  /** Subresource integrity of the one artefact: npm's `sha512-…`, `sha256-…` of an MCPB file. */
  readonly integrity?: string;
  /** `sha256:` + hex of the text in the lock folder that pins all dependencies (`\r\n` read as `\n`). npm, PyPI, git. */
  readonly tree?: string;
  readonly signer?: Signer;
}

/** Who signed: the certificate's issuer and identity, or a key as `key` and its fingerprint. */
export interface Signer {
  readonly issuer: string;
  readonly identity: string;
}

export interface SharedOwnership {
  /** `sha256:` + hex of the canonical JSON of the normalised entry as we wrote it. */
  readonly digest: string;
  /** It was there before us: forgotten, not deleted, when it leaves the manifest. */
  readonly adopted: boolean;
  /** `lifecycle.protect`, remembered for colleagues whose inventory never saw it. Absent: not protected. */
  readonly protect?: boolean;
}

/** What a model is told of one server: `sha256:` + hex of each definition, by name. */
export interface OfferPin {
  /** Of the server's instructions for the model; absent when it has none. */
  readonly instructions?: string;
  readonly tools: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, string>>;
}

export const EMPTY_LOCK: Lock = { servers: {}, ownership: {}, offers: {}, unknown: {} };

/** Whether the lock says nothing, so that it needs no file. */
export function isEmptyLock({ servers, ownership, offers, unknown }: Lock): boolean {
  return [servers, ownership, offers, unknown].every((facts) => Object.keys(facts).length === 0);
}
