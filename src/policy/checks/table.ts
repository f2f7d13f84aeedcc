import type { Check } from './check.ts';
import { containerPrivileged } from './container-privileged.ts';
import { engineSocketMounted } from './engine-socket-mounted.ts';
import { hostNetwork } from './host-network.ts';
import { imageLatest } from './image-latest.ts';
import { imageUnpinned } from './image-unpinned.ts';
import { imageUnsigned } from './image-unsigned.ts';
import { literalSecret } from './literal-secret.ts';
import { packageUnlocked } from './package-unlocked.ts';
import { protectedDeleted } from './protected-deleted.ts';
import { toolsChanged } from './tools-changed.ts';
import { unauthenticatedWithSecrets } from './unauthenticated-with-secrets.ts';
import { urlWithoutTls } from './url-without-tls.ts';
import { widePort } from './wide-port.ts';

/** Every built-in check, in the order of `docs/policy.md`, whose table is generated from this one. */
export const CHECKS: readonly Check[] = [
  imageUnpinned,
  imageLatest,
  imageUnsigned,
  packageUnlocked,
  literalSecret,
  containerPrivileged,
  engineSocketMounted,
  hostNetwork,
  widePort,
  unauthenticatedWithSecrets,
  urlWithoutTls,
  toolsChanged,
  protectedDeleted,
];
