import { McpformError } from '../../../model/error.ts';
import type { Job } from './job.ts';

/** An engine that cannot change a container, and has to make another one. */
export class NeedsReplacement extends McpformError {
  constructor({ code, message, hint }: McpformError) {
    super(code, message, hint === undefined ? {} : { hint });
  }
}

/**
 * Podman before 5 has no way to change limits. Docker that was killed while it started a container never starts that
 * one again: `task … already exists`.
 */
export async function orReplace<T>(job: Job, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const cannotUpdate = job.identity.kind === 'podman' && /not found/i.test(error.message);
    const cannotStart = /\btask\b.* already exists/i.test(error.message);
    throw cannotUpdate || cannotStart ? new NeedsReplacement(error) : error;
  }
}
