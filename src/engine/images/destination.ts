import { McpformError } from '../../model/error.ts';
import { type ImageReference, parseImageReference } from '../../model/image-reference.ts';

/** Where images are copied to. */
export interface Destination {
  /** Host and port, lower case, as in the names of images. */
  readonly registry: string;
  /** Before each repository, without slashes around it; empty when there is none. */
  readonly prefix: string;
}

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/;
const PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const MOST_CHARACTERS = 255;

/** `REGISTRY[/PREFIX]`; anything else is a usage error. */
export function parseDestination(text: string): Destination {
  if (text.includes('://'))
    throw refused(text, 'has a scheme', 'leave it out: `--to registry.example.com/team`');
  const [host = '', ...parts] = text.replace(/\/$/, '').split('/');
  const registry = host.toLowerCase();
  if (!HOST.test(registry))
    throw refused(text, 'does not begin with a registry', 'such as `registry.example.com/team`');
  if (!/[.:]/.test(registry) && registry !== 'localhost') {
    const hint = `nobody would read "${host}/x" as a registry: add its domain or port, or \`docker.io/\` for Docker Hub`;
    throw refused(text, 'begins with a name and not with a registry', hint);
  }
  const wrong = parts.find((part) => !PART.test(part));
  // Docker Hub has several names.
  const { registry: canonical } = parseImageReference(`${registry}/any/image`);
  if (wrong === undefined) return { registry: canonical, prefix: parts.join('/') };
  const hint =
    'only lower case, digits, and `.`, `_` or `-` between them; names and tags come from the sources';
  throw refused(text, `has a part, "${wrong}", that no repository can have`, hint);
}

/** `library/redis` → `team/library/redis` */
export function repositoryAt(
  { prefix }: Destination,
  { repository }: Pick<ImageReference, 'repository'>,
): string {
  const whole = prefix === '' ? repository : `${prefix}/${repository}`;
  if (whole.length <= MOST_CHARACTERS) return whole;
  throw new McpformError(
    'USAGE',
    `"${whole}" is longer than the ${MOST_CHARACTERS} characters a repository may have`,
    {
      hint: 'choose a shorter prefix',
    },
  );
}

function refused(text: string, what: string, hint: string): McpformError {
  return new McpformError('USAGE', `--to "${text}" ${what}`, { hint });
}
