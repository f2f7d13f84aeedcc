import { McpformError } from '../../model/error.ts';
import type { ServerAnswer } from '../ask-server.ts';
import { objectAt, parseJsonObject, textAt } from '../parse-answer.ts';

/** What Secret Manager means. Of the body, only the status counts: https://google.aip.dev/193 */
export function gcpFailure({ status, body }: ServerAnswer, what: string): McpformError {
  const reason = textAt(objectAt(parseJsonObject(body), 'error'), 'status');
  if (status === 401) {
    return new McpformError('SECRET_DENIED', `${what}: Google does not take the credentials`, {
      hint: 'run `gcloud auth application-default login`, or see whether the key was withdrawn',
    });
  }
  if (status === 403) {
    return new McpformError('SECRET_DENIED', `${what}: this identity may not do that`, {
      hint: 'it needs the role "Secret Manager Secret Accessor" (to write: "Version Adder"), and the project the API',
    });
  }
  if (status === 404) {
    return new McpformError('SECRET_NOT_FOUND', `${what}: there is none, or no such version`, {
      hint: 'see the project with `gcloud secrets list`, or create it with `gcloud secrets create`',
    });
  }
  if (status === 400 && reason === 'FAILED_PRECONDITION') {
    return new McpformError('SECRET_NOT_FOUND', `${what}: that version is disabled or destroyed`, {
      hint: 'run `gcloud secrets versions enable`, or write a new one',
    });
  }
  if (status === 429) return failed(what, 'is asked too much', 'try again in a while');
  if (status >= 300 && status < 400) {
    return failed(what, `sends us elsewhere (${status}), where the token does not go`, 'see the endpoint');
  }
  return failed(what, `answered with ${status}`, 'run `gcloud secrets versions access` to see why');
}

/** Who the library could not be for us. Its messages hold parts of files and answers. */
export function identityFailure(what: string): McpformError {
  return new McpformError('SECRET_DENIED', `${what}: the credentials for Google do not work, or have ended`, {
    hint: 'run `gcloud auth application-default login`, or see GOOGLE_APPLICATION_CREDENTIALS',
  });
}

export function garbage(what: string): McpformError {
  return failed(what, 'answered something else than it answers', 'see the endpoint, if one is set');
}

function failed(what: string, sentence: string, hint: string): McpformError {
  return new McpformError('SECRET_BACKEND_FAILED', `${what}: Secret Manager ${sentence}`, { hint });
}
