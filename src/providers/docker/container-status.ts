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
  return status === 'running' && Health?.Status === 'unhealthy' ? 'unhealthy' : status;
}
