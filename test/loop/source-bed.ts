import { join } from 'node:path';
import { expect } from 'vitest';
import type { Revision, Source } from '../../src/loop/model.ts';
import { openSource, type SourceOptions } from '../../src/loop/source/open-source.ts';
import type { Context } from '../../src/model/context.ts';
import { type GitRepository, gitRepository } from '../support/git-repository.ts';
import { realContext } from '../support/real-context.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

/** A repository, and a machine that looks at it. */
export interface SourceBed {
  readonly home: Home;
  readonly repository: GitRepository;
  readonly ctx: Context;
  /** Opens `URL` and what follows it. */
  open(suffix?: string, options?: Partial<SourceOptions>): Promise<Source>;
  /** One look with a source of its own. */
  look(suffix?: string, options?: Partial<SourceOptions>, applied?: string | null): Promise<Revision>;
  read(revision: Revision, path: string): Promise<string>;
  remove(): Promise<void>;
}

export const unheard = new AbortController().signal;

export async function sourceBed(urlOf?: (repository: GitRepository) => string): Promise<SourceBed> {
  const home = await throwawayHome();
  const repository = await gitRepository(home);
  const ctx = realContext(home, { GIT_CONFIG_NOSYSTEM: '1' });
  const url = urlOf?.(repository) ?? repository.url;
  const open: SourceBed['open'] = (suffix = '', options = {}) =>
    openSource(`${url}${suffix}`, { cwd: home.project, allowLocal: true, ...options }, ctx);
  return {
    home,
    repository,
    ctx,
    open,
    look: async (suffix, options, applied = null) => {
      const source = await open(suffix, options);
      try {
        return await source.look(applied, unheard);
      } finally {
        await source.close();
      }
    },
    read: async (revision, path) => {
      const root = join(revision.manifestFiles[0] as string, '..');
      return (await revision.files.read(join(root, path))).toString();
    },
    remove: () => home.remove(),
  };
}

export const failsWith = (code: string, message?: string | RegExp) => ({
  code,
  ...(message === undefined ? {} : { message: expect.stringMatching(message) }),
});
