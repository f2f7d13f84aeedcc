import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const resolveCodes = {
  RESOLVE_DENIED: e(
    EXIT.error,
    'A registry refused our credentials, or wants some. Log in with `docker login` or in `.npmrc`; mcpform uses what is there.',
  ),
  RESOLVE_DEPENDENCIES: e(
    EXIT.error,
    'npm cannot satisfy all dependencies of a package at once. Ask for another version, or tell its author.',
  ),
  RESOLVE_DEPRECATED: e(
    EXIT.error,
    'The author of a release says that it should not be used any more. Ask for a newer version or another package.',
  ),
  RESOLVE_DOCKER_CONFIG: e(
    EXIT.error,
    'The configuration of Docker, where the credentials for registries are, cannot be read or understood. Repair it, or log in again with `docker login`.',
  ),
  RESOLVE_HELPER: e(
    EXIT.error,
    'A credential helper that the configuration of Docker names failed, is missing, or took too long. Its output is never shown, since it may be a password.',
  ),
  RESOLVE_INSECURE: e(
    EXIT.error,
    'Something pointed to an address that mcpform does not go to: from https to http, to another host, or to a link-local one.',
  ),
  RESOLVE_INSTALL: e(
    EXIT.error,
    'A package whose content is right could not be unpacked. Look at the reason: a full disk, a folder without permission, a damaged archive.',
  ),
  RESOLVE_INTEGRITY: e(
    EXIT.error,
    'What a registry sent is not what was promised or locked: the two hashes differ. Nothing of it was used. Do not ignore this.',
  ),
  RESOLVE_NOT_FOUND: e(
    EXIT.error,
    'The registry has no such image, package, version or commit, or does not show it without credentials.',
  ),
  RESOLVE_NO_INTEGRITY: e(
    EXIT.error,
    'A registry gives no strong hash (sha512) of a package, so it cannot be locked. Use a registry that does.',
  ),
  RESOLVE_NPMRC: e(
    EXIT.error,
    "npm's own configuration of this user is not valid, so nobody knows which registry is meant. See `npm config list`.",
  ),
  RESOLVE_OPTIONAL: e(
    EXIT.error,
    'An optional dependency is not to be had, so the lock leaves it out. On the system that needs it the server may not start.',
  ),
  RESOLVE_PLATFORM: e(
    EXIT.error,
    'A package says that it does not run on this operating system or processor. Lock or install it on one that it is for.',
  ),
  RESOLVE_REGISTRIES_INVALID: e(
    EXIT.error,
    'The configuration of registries on this machine cannot be read or understood, so no registry is asked: half of it would be another configuration.',
  ),
  RESOLVE_SCRIPTS: e(
    EXIT.error,
    'A package wants to run a script when it is installed. mcpform never does; a few servers do not start without.',
  ),
  RESOLVE_SOURCE: e(
    EXIT.error,
    'A dependency comes from Git, a web address or a folder: nothing there has a hash that a registry vouches for.',
  ),
  RESOLVE_TREE: e(
    EXIT.error,
    'The locked dependencies in the lock folder are not as mcpform wrote them. Restore the file from Git, or lock the server again.',
  ),
  RESOLVE_UNAVAILABLE: e(
    EXIT.error,
    'A registry could not be reached, took too long, or failed again and again. Try again, or configure a mirror.',
  ),
} as const satisfies Record<string, CodeEntry>;
