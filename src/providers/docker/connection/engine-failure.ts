import { escapeText } from '../../../formats/escape.ts';
import { redactLine } from '../../../formats/redact.ts';
import type { Code } from '../../../model/codes.ts';
import { McpformError } from '../../../model/error.ts';
import { isJsonObject } from '../../../model/json.ts';

/** What was asked, as far as it matters for what a refusal means. */
export type Operation = 'read' | 'create' | 'start' | 'rename' | 'change' | 'remove' | 'network' | 'pull';

export interface Refusal {
  readonly engine: string;
  readonly operation: Operation;
  /** As in `docker would not …`. */
  readonly doing: string;
  readonly status: number;
  /** The whole answer. */
  readonly said: string;
}

/**
 * A refusal of an engine, by its words: Docker's statuses change from release to release, and Podman says 500 for
 * almost everything. Words change too, in case and in what comes before them, so only their middle counts.
 */
export function engineFailure(refusal: Refusal): McpformError {
  const words = wordsOf(refusal.said);
  const rule = RULES.find(
    ({ operations, status, says }) =>
      (operations === null || operations.includes(refusal.operation)) &&
      (status === undefined || status === refusal.status) &&
      says.test(words),
  );
  const fallback = refusal.status < 500 ? 'ENGINE_REFUSED' : 'ENGINE_FAILED';
  const said = words === '' ? `status ${refusal.status}` : shown(words);
  return new McpformError(
    rule?.code ?? fallback,
    `${refusal.engine} would not ${refusal.doing}: ${said}`,
    rule === undefined ? {} : { hint: rule.hint },
  );
}

/** An engine's words for people: one line, without what looks like a credential, and not a page of it. */
export function shown(words: string): string {
  const line = escapeText(redactLine(words.replace(/\s+/g, ' ').trim()));
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}

const MAX_LENGTH = 600;

/** Docker says `message`; Podman also says, in `cause`, less. */
function wordsOf(said: string): string {
  try {
    const value: unknown = JSON.parse(said);
    const message = isJsonObject(value) ? value['message'] : undefined;
    return typeof message === 'string' ? message : said;
  } catch {
    return said.trim();
  }
}

interface Rule {
  readonly code: Code;
  /** Null: whatever was asked. */
  readonly operations: readonly Operation[] | null;
  readonly status?: number;
  readonly says: RegExp;
  readonly hint: string;
}

const RULES: readonly Rule[] = [
  {
    code: 'ENGINE_UNAVAILABLE',
    operations: null,
    says: /HTTP request to an HTTPS server/i,
    hint: 'it wants TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a Docker context with certificates',
  },
  {
    code: 'ENGINE_DISK_FULL',
    operations: null,
    says: /no space left on device|disk quota exceeded/i,
    hint: 'see `docker system df`; `mcpform images prune` removes images that nothing needs',
  },
  {
    code: 'ENGINE_NAME_TAKEN',
    operations: ['create', 'rename'],
    says: /already in use|already exists/i,
    hint: 'somebody else made it: rename it, or the server',
  },
  {
    code: 'ENGINE_IMAGE_MISSING',
    operations: ['create'],
    says: /no such image|image not known|image .*not found/i,
    hint: 'apply again: the plan pulls it',
  },
  {
    code: 'ENGINE_NETWORK_MISSING',
    operations: ['create', 'start', 'network'],
    says: /network \S+ not found|unable to find network|network not found|no such network/i,
    hint: 'see `docker network ls`; an external network must be there first',
  },
  {
    code: 'ENGINE_PORT_TAKEN',
    operations: ['start', 'create'],
    says: /port is already allocated|address already in use|ports are not available/i,
    hint: 'stop what has the port, or choose another one with `publish`',
  },
  {
    code: 'ENGINE_PROGRAM',
    operations: ['start', 'create'],
    says: /\bexec: |exec format error|executable file|unable to find user|no matching entries in (?:passwd|group)|chdir to cwd/i,
    hint: 'look at `entrypoint`, `args` and `security.user`, and at what the image has',
  },
  {
    code: 'ENGINE_IN_USE',
    operations: ['remove'],
    says: /has active endpoints|in use|being used|used by/i,
    hint: 'see `docker ps -a` for what uses it',
  },
];
