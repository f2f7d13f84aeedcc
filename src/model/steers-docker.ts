import { isLoaderVariable } from './loader-variables.ts';

/**
 * Whether a variable decides what the `docker` program that mcpform runs, or mcpform itself, does: which engine is asked
 * and how, which code is loaded. One of a container's own must not reach them.
 */
export function steersDocker(name: string): boolean {
  return isLoaderVariable(name) || OF_DOCKER.test(name);
}

/** Docker is a Go program that may ask its engine through ssh, and tell a collector what it did; Podman's stand-in too. */
const OF_DOCKER =
  /^(?:GO[A-Z]+|SSH_.*|OTEL_.*|BUILDX_.*|BUILDKIT_.*|CONTAINERS?_.*|XDG_.*|TMPDIR|TEMP|TMP|NO_PROXY|SYSTEMROOT|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES)$/i;
