import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const containerEngineCodes = {
  ENGINE_CHANGED: e(
    EXIT.partial,
    'Another engine answers under the name of the one that the state is about (`DOCKER_HOST`, the Docker context, a new installation). What it has is left alone. Point back to the engine, or `mcpform forget` what the other one had.',
  ),
  ENGINE_CLAIM: e(
    EXIT.partial,
    'An image carries labels that start with `dev.mcpform.`. Those say what mcpform made, so such an image is never run.',
  ),
  ENGINE_CONTAINER: e(
    EXIT.partial,
    'A container stopped right after it was started, or never became healthy. The end of its log is shown. When it was to replace another one, that one is back.',
  ),
  ENGINE_CONTAINER_ABSENT: e(
    EXIT.error,
    'A server has no container to look at: it is not one that runs in a container, no client uses it now, it was not applied yet, or its container is gone. The message says which, and the hint where its log is.',
  ),
  ENGINE_CONTEXT: e(
    EXIT.partial,
    'A Docker context cannot be used: there is none of that name, it cannot be read, or it names no endpoint. `docker context ls` lists them.',
  ),
  ENGINE_DISK_FULL: e(
    EXIT.partial,
    'There is no room where the engine keeps its data. See `docker system df`; `mcpform images prune` removes what no generation names.',
  ),
  ENGINE_FAILED: e(
    EXIT.error,
    'A container engine would not do what it was asked, or gave an answer that cannot be read. The message holds its words.',
  ),
  ENGINE_IMAGE_LOCAL: e(
    EXIT.partial,
    'An image with `pull: never` is not on its engine, or not as the lock has it, and no registry is asked for it. Build or load it there, then run `mcpform lock`.',
  ),
  ENGINE_IMAGE_MISSING: e(
    EXIT.partial,
    'The engine does not have the image of a container that it was to create. Apply again: the plan pulls it.',
  ),
  ENGINE_IN_USE: e(
    EXIT.partial,
    'A network, volume or image cannot be removed, because containers that are not ours use it. `docker ps -a` shows them.',
  ),
  ENGINE_LEFTOVER: e(
    EXIT.partial,
    'The container that another one replaces is still there. When the replacement was interrupted, the next apply puts it back or clears it away; leave it as it is until then. When the engine would not remove it, the hint says how to.',
  ),
  ENGINE_LOG_UNREADABLE: e(
    EXIT.error,
    'The engine keeps no log of a container. Over stdio that is the default, because the output of such a server is the protocol; `logging` changes it.',
  ),
  ENGINE_NAME_TAKEN: e(
    EXIT.partial,
    'The engine has something else of this name, made by somebody else. It is left alone: rename it, or the server.',
  ),
  ENGINE_NETWORK_MISSING: e(
    EXIT.partial,
    'A container needs a network that the engine does not have (any more). An external one must be created first.',
  ),
  ENGINE_PLACE_MOVED: e(
    EXIT.partial,
    'What is on the engine changed between plan and apply. Nothing was done to it; plan again.',
  ),
  ENGINE_PORT_TAKEN: e(
    EXIT.partial,
    'Something else has the port that a server would be published on. Stop it, or choose another port with `publish`.',
  ),
  ENGINE_PROGRAM: e(
    EXIT.partial,
    'The engine cannot start the program of a container: it is not in the image, may not be executed, or its user does not exist. Look at `entrypoint`, `args` and `security.user`.',
  ),
  ENGINE_PULL_DENIED: e(
    EXIT.partial,
    'The registry does not give the image to this machine. Run `docker login` for it; its name may be wrong, too.',
  ),
  ENGINE_PULL_FAILED: e(
    EXIT.partial,
    'The engine could not fetch an image. The message holds its words: it may not reach the registry, or not trust it.',
  ),
  ENGINE_PULL_LIMITED: e(
    EXIT.partial,
    'The registry wants fewer pulls, and went on wanting that. Wait, log in, or use a mirror.',
  ),
  ENGINE_PULL_UNKNOWN: e(
    EXIT.partial,
    'The registry does not have the digest that the lock names, or not for this platform. Run `mcpform lock --update`.',
  ),
  ENGINE_REFUSED: e(
    EXIT.partial,
    'The engine does not take a container, network or volume as declared. The message holds its words.',
  ),
  ENGINE_SOURCE_MOVED: e(
    EXIT.partial,
    'A folder of the host that a container is to have is not, or no longer, what the plan was judged on: a link, or gone. Nothing was started.',
  ),
  ENGINE_TIMEOUT: e(
    EXIT.error,
    'A container engine did not answer in time. See whether `docker ps` does; restart the engine if not.',
  ),
  ENGINE_UNAVAILABLE: e(
    EXIT.error,
    'There is no container engine to ask: no `docker` program on the PATH, no engine that listens where it looks (`DOCKER_HOST`, the Docker context), or you may not use it.',
  ),
  ENGINE_UNREACHABLE_PORT: e(
    EXIT.partial,
    "A server's port is published where its client cannot reach it: on the loopback of another machine. Publish it on an address that this machine reaches.",
  ),
} as const satisfies Record<string, CodeEntry>;
