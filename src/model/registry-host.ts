/** The registry behind a name without one. Its API lives at another host than its name says. */
export const DOCKER_HUB = 'docker.io';
const DOCKER_HUB_API = 'registry-1.docker.io';
/** Where Docker Hub gives out tokens. */
export const DOCKER_HUB_REALM = 'auth.docker.io';

const DOCKER_HUB_NAMES: ReadonlySet<string> = new Set([DOCKER_HUB, 'index.docker.io', DOCKER_HUB_API]);

/** One spelling per registry: lower case, and `docker.io` for every name of Docker Hub. */
export function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return DOCKER_HUB_NAMES.has(lower) ? DOCKER_HUB : lower;
}

/** Host and port that the registry of this name is reached at. */
export function apiHost(host: string): string {
  return host === DOCKER_HUB ? DOCKER_HUB_API : host;
}

/** `[::1]:5000` → `[::1]`. */
export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

/** Whether the registry is on this machine, by its name alone: nobody can answer for it from outside. */
export function isLoopbackHost(host: string): boolean {
  const name = withoutPort(host);
  return name === 'localhost' || name === '[::1]' || /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(name);
}
