import { McpformError } from '../../model/error.ts';
import type { HttpResponse } from '../../model/system.ts';
import type { Session } from './session.ts';

/** Who was asked. */
type Asked = Pick<Session, 'name' | 'withheldFrom'>;

/** An answer that is not the one that was asked for, as an error. The body is discarded: it may say anything. */
export async function refusal(session: Asked, response: HttpResponse, what: string): Promise<McpformError> {
  await response.discard();
  const { name } = session;
  const { status } = response;
  if (status === 401 || status === 403)
    return denied(session, `"${name}" refuses ${what}, or has none (${status})`);
  if (status === 404) return notFound(name, what);
  if (status >= 300 && status < 400) {
    return new McpformError('RESOLVE_PROTOCOL', `"${name}" redirects ${what}, which only blobs may be`, {
      hint: 'name the registry that it redirects to',
    });
  }
  return unexpected(name, `answered ${status} to ${what}`);
}

export function denied({ name, withheldFrom }: Asked, message: string): McpformError {
  const [realm] = withheldFrom;
  return new McpformError('RESOLVE_DENIED', message, {
    hint:
      realm === undefined
        ? `log in with \`docker login ${name}\``
        : `your credentials were not sent to "${realm}": if they belong there, add it to the \`realms\` of "${name}" in \`registries.yaml\``,
  });
}

export function notFound(name: string, what: string): McpformError {
  return new McpformError('RESOLVE_NOT_FOUND', `"${name}" has no ${what}`, {
    hint: 'check the name; a private one is only shown to who is logged in (`docker login`)',
  });
}

export function unexpected(name: string, what: string): McpformError {
  return new McpformError('RESOLVE_PROTOCOL', `"${name}" ${what}`, {
    hint: 'is this a registry? https://github.com/opencontainers/distribution-spec says what one answers',
  });
}
