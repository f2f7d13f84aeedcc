import { containerFacts } from '../container-facts.ts';
import { UNKNOWN_HOST } from '../engine-host.ts';
import { type Check, perServer } from './check.ts';

export const containerPrivileged: Check = {
  id: 'container-privileged',
  code: 'CHECK_CONTAINER_PRIVILEGED',
  level: 'warn',
  why: 'A privileged container, added capabilities, devices, options of a volume’s driver, or no seccomp or AppArmor profile let a server act on its host.',
  hint: 'remove what it can do without; most MCP servers need none of it',
  says: 'GRAPH_CONTAINER_PRIVILEGES',
  find: perServer(({ container }) => {
    if (container === null) return null;
    // Folders of the host have a check of their own, and are costly to judge.
    const mounts = container.mounts.filter(({ kind }) => kind === 'volume');
    const asked = containerFacts({ ...container, mounts }, UNKNOWN_HOST).filter(
      ({ subject, text }) => subject === 'privileges' && POWERS.test(text ?? ''),
    );
    if (asked.length === 0) return null;
    return {
      field: container.privileged ? ['security', 'privileged'] : fieldOf(asked[0]?.text ?? ''),
      words: `its container asks for ${asked.map(({ shown }) => shown).join(', ')}`,
    };
  }),
};

/** The network of the host has its own check; a profile by name is one. */
const POWERS = /^(?:privileged$|capability:|device:|volume-option:|(?:seccomp|apparmor):unconfined$)/;

function fieldOf(privilege: string): string | readonly string[] {
  if (privilege.startsWith('device:')) return 'devices';
  if (privilege.startsWith('volume-option:')) return 'volumes';
  if (privilege.startsWith('capability:')) return ['security', 'addCapabilities'];
  return ['security', privilege.startsWith('seccomp:') ? 'seccomp' : 'apparmor'];
}
