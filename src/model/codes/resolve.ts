import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const resolveCodes = {
  RESOLVE_AGE_UNKNOWN: e(
    EXIT.error,
    'A registry does not say when a release was published, so that a cooldown cannot hold it back.',
  ),
  RESOLVE_BUNDLE: e(
    EXIT.error,
    'An MCP bundle cannot be started: its manifest is wrong, or what it starts is not in it, so its hash would not say what runs.',
  ),
  RESOLVE_COOLDOWN: e(
    EXIT.error,
    'The cooldown could not be held for everything: an index does not say when versions were published, or pip chose the dependencies. uv holds all of it.',
  ),
  RESOLVE_DENIED: e(
    EXIT.error,
    'A registry refused our credentials, or wants some. Log in with `docker login` or in `.npmrc`; mcpform uses what is there.',
  ),
  RESOLVE_DEPENDENCIES: e(
    EXIT.error,
    'The dependencies of a package contradict one another, so npm cannot satisfy all of them. Ask for another version, or tell its author.',
  ),
  RESOLVE_DEPRECATED: e(
    EXIT.error,
    'The author of a release says that it should not be used any more. Ask for a newer version or another package.',
  ),
  RESOLVE_DOCKER_CONFIG: e(
    EXIT.error,
    'The configuration of Docker, where the credentials for registries are, cannot be read or understood. Repair it, or log in again with `docker login`.',
  ),
  RESOLVE_ENGINE: e(
    EXIT.error,
    'A server is made for another Node than the one that runs mcpform, and it too. It may not start.',
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
  RESOLVE_NAME: e(
    EXIT.error,
    'The name, version, branch or address of a package is not one that its ecosystem knows. Look at the example in the message.',
  ),
  RESOLVE_NOT_FOUND: e(
    EXIT.error,
    'The registry has no such image, package, version or commit, or does not show it without credentials.',
  ),
  RESOLVE_NO_INTEGRITY: e(
    EXIT.error,
    'A registry gives no strong hash (sha512) of a package, so it cannot be locked. Use a registry that does.',
  ),
  RESOLVE_NO_PROGRAM: e(
    EXIT.error,
    'A repository has no program that can be started as it is: no `package.json` with a `bin` whose file is committed. mcpform builds nothing; take the published package.',
  ),
  RESOLVE_NO_WHEEL: e(
    EXIT.error,
    'A Python project, or something it depends on, has no wheel. Building one runs its code, so mcpform does not.',
  ),
  RESOLVE_NPMRC: e(
    EXIT.error,
    'The `.npmrc` of this user is not valid, so nobody knows which registry is meant. See `npm config list`.',
  ),
  RESOLVE_OPTIONAL: e(
    EXIT.error,
    'An optional dependency is not to be had, so the lock leaves it out. On the system that needs it the server may not start.',
  ),
  RESOLVE_PARTIAL: e(
    EXIT.error,
    'The locked requirements of a Python server are whole on the machine they were locked on, not everywhere. Lock with uv on the PATH to have them for all.',
  ),
  RESOLVE_PLATFORM: e(
    EXIT.error,
    'A package says that it does not run on this operating system or processor. Lock or install it on one that it is for.',
  ),
  RESOLVE_PROTOCOL: e(
    EXIT.error,
    'A registry answered something that the protocol does not have. Check that the address is a registry, and what stands between it and you.',
  ),
  RESOLVE_REF_MOVED: e(
    EXIT.error,
    'A Git tag stands for another commit than the one that was locked. Branches move, releases should not: look at what changed.',
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
  RESOLVE_TAG_ASSUMED: e(
    EXIT.error,
    'The name of an image has no tag, so the registry was asked for `latest`, as Docker does.',
  ),
  RESOLVE_TAG_MOVED: e(
    EXIT.error,
    'A tag stands for another image than the one in the lock, which stays as it is. `mcpform lock --update` takes the new one.',
  ),
  RESOLVE_TAG_TAKEN: e(
    EXIT.error,
    'At the registry that is copied to, a tag stands for another image already. `--overwrite` moves it, `--no-tags` copies by digest alone.',
  ),
  RESOLVE_TOOL: e(
    EXIT.error,
    'A program that resolving needs (Python with pip 22.2 or newer, git) is missing or too old, or failed in a way mcpform does not know.',
  ),
  RESOLVE_TOO_BIG: e(
    EXIT.error,
    'A server sends more than anything of that kind has. Nothing of it was used.',
  ),
  RESOLVE_TREE: e(
    EXIT.error,
    'The locked dependencies in the lock folder are not as mcpform wrote them. Restore the file from Git, or lock the server again.',
  ),
  RESOLVE_UNAVAILABLE: e(
    EXIT.error,
    'A registry could not be reached, took too long, or failed again and again. Try again, or configure a mirror.',
  ),
  RESOLVE_UNSAFE: e(
    EXIT.error,
    'An archive or repository holds what must not be unpacked: a path out of its folder, a link, the same name twice, or far too much. Nothing of it was used.',
  ),
  RESOLVE_USER_CONFIG: e(
    EXIT.error,
    'An MCP bundle wants a value from its user and has no default for it. Write it as `env` or `args` of the server, as the hint says.',
  ),
  RESOLVE_YANKED: e(
    EXIT.error,
    'The publisher of a locked version withdrew it. Find out why, or choose another version.',
  ),
} as const satisfies Record<string, CodeEntry>;
