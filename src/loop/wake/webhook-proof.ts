import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SecretValue } from '../../model/secret.ts';
import type { ServedRequest } from '../../model/system.ts';

/**
 * Whether a delivery shows that its sender knows the secret, as Git hosts do: GitHub, Gitea, Forgejo and Bitbucket sign
 * the body with HMAC-SHA256, GitLab sends the secret itself. Takes the same time however wrong it is.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 * https://docs.gitlab.com/user/project/integrations/webhooks/#validate-payloads-by-using-a-secret-token
 */
export function isProven(
  { headers, body }: Pick<ServedRequest, 'headers' | 'body'>,
  secret: SecretValue,
): boolean {
  if (secret.reveal() === '') return false;
  const signature = createHmac('sha256', secret.reveal()).update(body).digest('hex');
  const proofs: readonly (readonly [string | undefined, string])[] = [
    [headers['x-hub-signature-256'], `sha256=${signature}`],
    [headers['x-hub-signature'], `sha256=${signature}`],
    [headers['x-gitea-signature'], signature],
    [headers['x-gitlab-token'], secret.reveal()],
  ];
  return proofs.map(([given, wanted]) => given !== undefined && isSame(given, wanted)).includes(true);
}

/** A key of the moment makes both the same length, and what could be measured means nothing. */
function isSame(one: string, other: string): boolean {
  const key = randomBytes(32);
  const [a, b] = [one, other].map((text) => createHmac('sha256', key).update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
