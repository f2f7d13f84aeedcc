import type { Path, Problems } from './problem.ts';

const HOST =
  '(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?';
const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
/** The grammar of distribution/reference; only sha256 digests, as registries give no other. */
const REFERENCE = new RegExp(
  `^(?:${HOST}/)?${PART}(?:/${PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

/** `[REGISTRY/]NAME[:TAG][@sha256:DIGEST]`, as written; without the digest where no registry has it. */
export function readImage(
  text: string,
  isLocal: boolean,
  path: Path,
  problems: Problems,
): { readonly image: string; readonly isLocal?: true } {
  if (text.length > 512 || !REFERENCE.test(text)) {
    problems.error('MANIFEST_IMAGE', path, 'is not an image reference', { hint: hintFor(text) });
  }
  if (!isLocal) return { image: text };
  if (text.includes('@')) {
    problems.error('MANIFEST_IMAGE', path, 'has a digest, which only a registry gives an image', {
      hint: 'remove the digest: with `pull: never` the lock holds the id that the engine has for it',
    });
  }
  return { image: text, isLocal };
}

function hintFor(text: string): string {
  if (/^[a-z]+:\/\//i.test(text)) return 'leave out the scheme: registry.example.com/name:tag';
  const digest = /@(.*)$/.exec(text)?.[1];
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    return 'a digest is "sha256:" and 64 hex digits';
  }
  if (/[A-Z]/.test(text.replace(/[:@].*$/, ''))) return 'names of images are in lower case';
  return 'write [REGISTRY/]NAME[:TAG][@sha256:DIGEST]';
}
