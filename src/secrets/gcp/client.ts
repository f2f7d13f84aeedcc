import { type AuthClient, Compute, GoogleAuth, gaxios, gcpMetadata } from 'google-auth-library';
import type { JsonObject } from '../../model/json.ts';

export interface GoogleIdentity {
  /** For one request: who asks, and who pays. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** `googleapis.com`, unless the credentials are of a cloud of their own. */
  readonly universe: string;
}

interface Options {
  readonly fetch: typeof globalThis.fetch;
  /** Who pays; null: as the credentials say. */
  readonly quotaProject: string | null;
}

const SERVICE = 'secretmanager.googleapis.com';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Whoever the credentials (the content of a file of Google's) stand for. A service account signs for itself and asks
 * nobody for a token. Throws the library's errors.
 */
export function identityOf(credentials: JsonObject, { fetch, quotaProject }: Options): GoogleIdentity {
  const auth = new GoogleAuth();
  auth.defaultScopes = [SCOPE];
  auth.defaultServicePath = SERVICE;
  const transporter = new gaxios.Gaxios({ fetchImplementation: fetch });
  // The library would write tokens to stderr when a variable of the environment tells it to.
  const client = auth.fromJSON(credentials, { transporter, useAuthRequestParameters: false });
  carry(client, transporter);
  if (quotaProject !== null) client.quotaProjectId = quotaProject;
  return toIdentity(client);
}

/** The clients that a client stands on, and what exchanges its tokens, are not given the options. */
function carry(client: object, transporter: gaxios.Gaxios): void {
  Reflect.set(client, 'transporter', transporter);
  for (const part of ['sourceClient', 'stsCredential']) {
    const inner: unknown = Reflect.get(client, part);
    if (inner instanceof Object) carry(inner, transporter);
  }
}

/** The service account of the virtual machine that this may be; null when it is none. Asked over the machine's own link. */
export async function identityOfMachine(): Promise<(GoogleIdentity & { readonly project: string }) | null> {
  if (!(await gcpMetadata.isAvailable())) return null;
  const project: unknown = await gcpMetadata.project('project-id');
  return { ...toIdentity(new Compute()), project: String(project) };
}

function toIdentity(client: AuthClient): GoogleIdentity {
  return {
    headers: async () => Object.fromEntries(await client.getRequestHeaders(`https://${SERVICE}/`)),
    universe: client.universeDomain,
  };
}
