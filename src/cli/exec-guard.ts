import { guardModules } from '../system/launch/guard-modules.ts';

// Preloaded into a server whose Node would look for modules outside of its package; nothing else is done here.
guardModules();
