import type { ContainerState } from './api.ts';

/** Podman's words, where Docker has another one. */
const SAME_AS: Readonly<Record<string, string>> = {
  configured: 'created',
  initialized: 'created',
  stopped: 'exited',
  stopping: 'exited',
};

/** One word for how a container is doing: Docker's, or `unhealthy` for one that runs and does not pass its check. */
export function readStatus({ Status, Health }: ContainerState): string {
  const status = SAME_AS[Status] ?? Status;
  return status === 'running' && failsItsCheck(Health) ? 'unhealthy' : status;
}

/**
 * Docker calls what is paused unhealthy, and goes on to until the check after that, which may be in half a minute; but
 * it counts no failure.
 */
export function failsItsCheck(health: ContainerState['Health']): boolean {
  return health?.Status === 'unhealthy' && health.FailingStreak !== 0;
}
