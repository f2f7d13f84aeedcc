import type { Json } from '../model/json.ts';
import type { SecretReference } from '../model/manifest.ts';
import { BACKEND_NAMES, type BackendName } from '../model/secret.ts';
import type { SecretDocument } from '../schema/manifest.types.ts';
import type { Path, Problems } from './problem.ts';

/** Where a secret is: its one backend and what that needs. None or several is one error, and null. */
export function readSecret(document: SecretDocument, path: Path, problems: Problems): SecretReference | null {
  const backends = BACKEND_NAMES.filter((name) => document[name] !== undefined);
  if (backends.length !== 1) {
    const message =
      backends.length === 0 ? 'says nowhere where the secret is' : `has ${backends.join(' and ')}`;
    problems.error('MANIFEST_SECRET_BACKEND', path, `${message}; exactly one backend is needed`, {
      part: 'key',
      hint: backends.length === 0 ? 'write { env: NAME }, for example' : 'keep one of them',
    });
    return null;
  }
  const [backend] = backends as [BackendName];
  checkArgument(document, [...path, backend], problems);
  return { backend, argument: document[backend] as unknown as Json };
}

function checkArgument({ aws }: SecretDocument, path: Path, problems: Problems): void {
  if (aws === undefined || (aws.secret === undefined) !== (aws.parameter === undefined)) return;
  problems.error('MANIFEST_SECRET_BACKEND', path, 'needs exactly one of secret and parameter', {
    hint: 'secret is in Secrets Manager, parameter in Systems Manager',
  });
}
