import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const containerEngineCodes = {
  ENGINE_FAILED: e(
    EXIT.error,
    'A container engine would not do what it was asked, or gave an answer that cannot be read. The message holds its words.',
  ),
  ENGINE_TIMEOUT: e(
    EXIT.error,
    'A container engine did not answer in time. See whether `docker ps` does; restart the engine if not.',
  ),
  ENGINE_UNAVAILABLE: e(
    EXIT.error,
    'There is no container engine to ask: no `docker` program on the PATH, no engine that listens where it looks (`DOCKER_HOST`, the Docker context), or you may not use it.',
  ),
} as const satisfies Record<string, CodeEntry>;
