import { isGone, whereIs } from '../../model/process-owner.ts';
import type { LeftContainer } from '../../model/sweep.ts';
import type { MachineIdentity, Processes } from '../../model/system.ts';
import type { SeenContainer } from './engine-cli.ts';
import { ownerOf } from './labels.ts';

/** `in-use`: who started it is there. `foreign`: nothing to do with MCP clients, as far as one can see. */
export type Verdict =
  | {
      readonly standing: LeftContainer['standing'];
      readonly because: LeftContainer['because'];
      readonly server: string | null;
    }
  | { readonly standing: 'in-use' | 'foreign' };

/** Whose a container is, and whether it is left behind. `inspect` looks up processes of this machine. */
export async function judgeContainer(
  container: SeenContainer,
  me: MachineIdentity,
  inspect: Processes['inspect'],
): Promise<Verdict> {
  const owner = ownerOf(container.labels);
  // Whatever we start has a standard input. An image may carry our labels, and what is made of it then has them too.
  if (owner === null || !container.hasInput) {
    return looksLikeMcp(container)
      ? { standing: 'suspect', because: 'looks-like-mcp', server: null }
      : { standing: 'foreign' };
  }
  const whereabouts = await whereIs(owner, me, inspect);
  if (whereabouts === 'alive') return { standing: 'in-use' };
  const standing = isGone(whereabouts) ? 'leaked' : 'unknown';
  return { standing, because: whereabouts, server: owner.server };
}

/**
 * Whether it is like what MCP clients start by `docker run -i IMAGE`: it runs, with a standard input that was somebody's
 * and no terminal, publishes no port, and something in its image, its command or its labels says MCP.
 *
 * No engine tells whether anybody still writes to that input, so one in use looks the same. That is why a suspect is
 * never removed unless somebody says how old is too old.
 */
function looksLikeMcp({ state, image, command, labels, ...container }: SeenContainer): boolean {
  const isLikeRun = container.hasInput && container.isAttached && !container.hasTerminal;
  if (state !== 'running' || !isLikeRun || container.publishesPorts) return false;
  return [nameOf(image), ...command].some((text) => MCP.test(text)) || Object.hasOwn(labels, REGISTRY_LABEL);
}

/** As a word of its own: `mcp/github`, `github-mcp-server`, `@modelcontextprotocol/server-memory`; not `tcpmcpx`. */
const MCP = /(?:^|[^a-z0-9])(?:mcp|modelcontextprotocol)(?:[^a-z0-9]|$)/i;

/** The official MCP registry asks for it on images (https://github.com/modelcontextprotocol/registry). */
const REGISTRY_LABEL = 'io.modelcontextprotocol.server.name';

/** Without the registry's host, which may be called anything, and without tag and digest. */
function nameOf(image: string): string {
  const [name = ''] = image.split('@');
  const parts = name.split('/');
  const path = parts.length > 1 && /[.:]/.test(parts[0] as string) ? parts.slice(1) : parts;
  return path.join('/').replace(/:[^/:]*$/, '');
}
