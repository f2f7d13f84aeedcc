import type { Surroundings } from '../../src/graph/world.ts';
import type { Pin } from '../../src/model/lock.ts';

/** A Linux machine with mcpform in /opt, and what its lock pins. */
export function surroundings(pins: Readonly<Record<string, Pin>> = {}): Surroundings {
  return {
    pins: new Map(Object.entries(pins)),
    launcher: { command: '/usr/bin/node', args: ['/opt/mcpform/mcpform.cjs', 'exec'], ephemeral: null },
    platform: 'linux',
  };
}
