import { type Check, perServer } from './check.ts';

export const packageUnlocked: Check = {
  id: 'package-unlocked',
  code: 'CHECK_PACKAGE_UNLOCKED',
  level: 'warn',
  why: 'A package that is not in the lock, with all it depends on, can be another one tomorrow.',
  hint: 'run `mcpform lock`',
  says: 'GRAPH_UNLOCKED',
  find: perServer(({ server: { runtime }, pin }) =>
    runtime.kind === 'package' && pin === null
      ? { field: 'package', words: `"${runtime.ecosystem}:${runtime.name}" is not in the lock` }
      : null,
  ),
};
