/** The commands about services: loaded together, and not by the others. */
export { run as serviceInstall } from './service-install.ts';
export { run as serviceStatus } from './service-status.ts';
export { run as serviceUninstall } from './service-uninstall.ts';
