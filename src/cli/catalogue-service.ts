import { json } from './catalogue-options.ts';
import type { CommandSpec } from './command.ts';

const services = () => import('./commands/service.ts');

/** How a loop begins with the session of its user, and goes on. */
export const SERVICE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'service install',
    summary: 'Have the system start `reconcile` for this user, and keep it running',
    description:
      "Writes a systemd user unit, a launchd agent or a Windows task, named after the stack: one for each. What follows `--` are the arguments of `mcpform reconcile`; relative paths in them are of this folder. A service has no shell, so it gets PATH and the variables that say where files, the engine and proxies are as they are now, but none that holds a credential. A file that mcpform did not write, or that somebody edited, is left alone. Says the system's own commands that start it; --start runs them.",
    arguments: [{ name: '[arguments...]', description: 'of `mcpform reconcile`, after `--`' }],
    options: [json, { flags: '--start', description: 'start it, and have it start with each login' }],
    examples: [
      'mcpform service install --start',
      'mcpform service install --start -- --interval 10m --prune',
      'mcpform service install -- --source https://github.com/acme/mcp@main --verify head',
    ],
    touches: 'write',
    load: async () => (await services()).serviceInstall,
  },
  {
    name: 'service uninstall',
    summary: 'Remove a service that `service install` wrote',
    description:
      "Without a name, the only one there is. What the loop manages stays as it is, and so do its books. Says the system's own commands that stop what runs; --stop runs them first.",
    arguments: [{ name: '[name]', description: 'as `service status` prints it' }],
    options: [json, { flags: '--stop', description: 'stop it, and then remove it' }],
    examples: ['mcpform service uninstall --stop', 'mcpform service uninstall mcpform-tools-3f1c9ab24e77'],
    touches: 'write',
    load: async () => (await services()).serviceUninstall,
  },
  {
    name: 'service status',
    summary: 'Which services are installed for this user, and whether they run',
    description:
      'Asks the service manager of the system. What the loops themselves found is in `mcpform status`.',
    arguments: [{ name: '[name]', description: 'only this one' }],
    options: [json],
    examples: ['mcpform service status', 'mcpform service status --json'],
    touches: 'read',
    load: async () => (await services()).serviceStatus,
  },
];
