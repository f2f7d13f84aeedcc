import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const graphCodes = {
  GRAPH_CONTAINER_INVALID: e(
    EXIT.partial,
    'A field of a server from an image, of a network or of a volume says something that no engine would take, that means nothing over stdio, or that another server has already. It is left alone; the message names the fields.',
  ),
  GRAPH_CONTAINER_OPEN: e(
    EXIT.error,
    'A server over HTTP gets secrets, and its client shows it no credential: every program that reaches the port may use them.',
  ),
  GRAPH_CONTAINER_PRIVILEGES: e(
    EXIT.error,
    "A container asks for power over its host: privileged mode, capabilities, devices, the host's network, no profile, options of a volume's driver. A policy refuses it unless it is allowed under `privileges`.",
  ),
  GRAPH_CONTAINER_PUBLISHED: e(
    EXIT.error,
    'The port of a container is published wider than loopback. An engine opens it past most host firewalls.',
  ),
  GRAPH_CONTAINER_WRITES: e(
    EXIT.error,
    'A container may change a folder of its host. Folders are mounted read-only unless the manifest says otherwise.',
  ),
  GRAPH_DEPENDENCY_DISABLED: e(
    EXIT.error,
    'A server depends on one with `enabled: false`. It is written all the same, without waiting for anything.',
  ),
  GRAPH_DUPLICATE_PLACE: e(
    EXIT.error,
    'Two addresses mean the same entry in the same file, such as a worktree and its main repository in local scope. Keep one.',
  ),
  GRAPH_IMAGE_LATEST: e(
    EXIT.error,
    'An image without a version: `latest`, or no tag. The lock pins its digest, but nobody can tell what it is. With `--locked` this is an error.',
  ),
  GRAPH_IMAGE_LOCAL: e(
    EXIT.partial,
    'An image with `pull: never` is on its engine alone: nobody else can have it from a registry, and nobody can have signed it. It runs by its id, and never goes into a file that is shared.',
  ),
  GRAPH_LAUNCHER_FLEETING: e(
    EXIT.error,
    'mcpform runs from a place that is emptied some day, such as the cache of `npx`, and entries for verified packages would name that place. Install it first.',
  ),
  GRAPH_LAUNCH_BORROWED: e(
    EXIT.partial,
    'A manifest names a launch id, so that its server would be started with what was granted to another. Declare the program itself.',
  ),
  GRAPH_LAUNCH_DIRECT: e(
    EXIT.error,
    'A package or image is started by npx, uvx or docker directly. It is pinned, but mcpform verifies nothing when it starts.',
  ),
  GRAPH_LAUNCH_UNAVAILABLE: e(
    EXIT.partial,
    'This release cannot launch the server as declared. That server is left alone; the hint names a form that works.',
  ),
  GRAPH_REFERENCE_UNRESOLVED: e(
    EXIT.error,
    'A literal would be replaced by a reference that does not resolve on this machine, and so be lost. Set the variable first, or keep the value.',
  ),
  GRAPH_SECRET_UNAVAILABLE: e(
    EXIT.partial,
    'A secret cannot get to where the manifest wants it: the client has no reference for it there, or the file is shared. That server is left alone; the hint names a way that works.',
  ),
  GRAPH_UNLOCKED: e(
    EXIT.partial,
    'The lock does not say what a package or image stands for, or says it for something else. Run `mcpform lock`; with `--locked` nothing is applied until then.',
  ),
  GRAPH_VALUE_KEPT: e(
    EXIT.error,
    "A value under `lifecycle.keep` stays as it is in the client's file, often a credential that an import left there. Move it to an environment variable, then remove it from `keep`.",
  ),
} as const satisfies Record<string, CodeEntry>;
