import type { Code } from '../../../model/codes.ts';

/** What was asked, as far as it matters for what a refusal means. */
export type Operation =
  | 'read'
  | 'create'
  | 'start'
  | 'rename'
  | 'update'
  | 'change'
  | 'remove'
  | 'network'
  | 'pull';

/** What an engine means by its words. */
export interface Refusal {
  readonly code: Code;
  /** Null: whatever was asked. */
  readonly operations: readonly Operation[] | null;
  readonly says: RegExp;
  readonly hint: string;
}

/**
 * By words: Docker's statuses change from release to release, and Podman says 500 for almost everything. Words change
 * too, in case and in what comes before them, so only their middle counts. The first that fits is it.
 */
export const REFUSALS: readonly Refusal[] = [
  {
    code: 'ENGINE_DISK_FULL',
    operations: null,
    says: /no space left on device|disk quota exceeded/i,
    hint: 'see `docker system df`; `mcpform images prune` removes images that nothing needs',
  },
  {
    code: 'ENGINE_UNAVAILABLE',
    operations: null,
    says: /HTTP request to an HTTPS server/i,
    hint: 'it wants TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a Docker context with certificates',
  },
  {
    code: 'ENGINE_NAME_TAKEN',
    operations: ['create', 'rename'],
    says: /already in use|already exists|already used/i,
    hint: 'somebody else made it: rename it, or the server',
  },
  {
    code: 'ENGINE_IMAGE_MISSING',
    operations: ['create'],
    says: /no such image|image not known/i,
    hint: 'apply again: the plan pulls it',
  },
  {
    code: 'ENGINE_NETWORK_MISSING',
    operations: ['create', 'start', 'network'],
    says: /network \S+ not found|network not found|no such network/i,
    hint: 'see `docker network ls`; an external network must be there first',
  },
  {
    code: 'ENGINE_PORT_TAKEN',
    operations: ['start'],
    says: /port is already allocated|address already in use|ports are not available/i,
    hint: 'stop what has the port, or choose another one with `publish`',
  },
  {
    code: 'ENGINE_REFUSED',
    operations: ['start'],
    says: /cannot assign requested address/i,
    hint: 'publish on an address that the machine of the engine has',
  },
  {
    code: 'ENGINE_PROGRAM',
    operations: ['start'],
    says: /\bexec: |exec format error|executable file|unable to find (?:user|group) [^\d]|no matching entries in (?:passwd|group)|chdir to cwd/i,
    hint: 'look at `entrypoint`, `args` and `security.user`, and at what the image has',
  },
  {
    code: 'ENGINE_IN_USE',
    operations: ['remove'],
    says: /has active endpoints|\bin use\b|being used|is using its referenced image/i,
    hint: 'see `docker ps -a` for what uses it',
  },
  {
    code: 'ENGINE_REFUSED',
    operations: ['update'],
    says: /^not found$/i,
    hint: 'Podman before 5 changes no container in place: remove it, and apply again',
  },
  {
    code: 'ENGINE_REFUSED',
    operations: ['read'],
    says: /does not support reading|'none' log driver/i,
    hint: 'its log goes elsewhere, as `logging` says',
  },
  {
    code: 'ENGINE_PULL_LIMITED',
    operations: ['pull'],
    says: /toomanyrequests|too many requests|rate limit/i,
    hint: 'wait, log in with `docker login`, or use a mirror',
  },
  {
    code: 'ENGINE_PULL_DENIED',
    operations: ['pull'],
    says: /unauthorized|no basic auth credentials|authentication required|\bdenied\b|forbidden|incorrect username or password/i,
    hint: 'log in to its registry (`docker login HOST`); its name may be wrong, too',
  },
  {
    code: 'ENGINE_PULL_UNKNOWN',
    operations: ['pull'],
    says: /manifest unknown|name unknown|no matching manifest|no match for platform|no image found in|(?:^|: )not found/i,
    hint: 'the registry does not have it, or not for this platform: run `mcpform lock --update`',
  },
  {
    code: 'ENGINE_PULL_FAILED',
    operations: ['pull'],
    says: /cannot overwrite digest/i,
    hint: 'this engine keeps one platform of an image at a time: remove the other one first',
  },
  {
    code: 'ENGINE_PULL_FAILED',
    operations: ['pull'],
    says: /x509|certificate/i,
    hint: 'the engine does not trust the registry: give it the certificate, in /etc/docker/certs.d of its machine',
  },
  {
    code: 'ENGINE_PULL_FAILED',
    operations: ['pull'],
    says: /./,
    hint: 'it is the machine of the engine that must reach the registry: try `docker pull` there',
  },
];
