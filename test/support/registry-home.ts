import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../src/model/context.ts';
import { realContext } from './real-context.ts';
import type { RealRegistry } from './registry.ts';
import { type Home, throwawayHome } from './throwaway-home.ts';

/** A home in which `docker login` and the machine's configuration have left what a person would have. */
export interface RegistryHome extends Home {
  /** A new run, which knows nothing of those before. */
  readonly newRun: () => Context;
}

export interface HomeOptions {
  /** Logged in at these. Default password: the right one. */
  readonly logins?: readonly { readonly registry: RealRegistry; readonly password?: string }[];
  /** Those whose authority Docker trusts. */
  readonly trusted?: readonly RealRegistry[];
  /** `registries:` of the user's `registries.yaml`. */
  readonly registries?: Readonly<Record<string, object>>;
}

export async function registryHome(options: HomeOptions = {}): Promise<RegistryHome> {
  const home = await throwawayHome();
  const { logins = [], trusted = [], registries } = options;
  const auths = Object.fromEntries(
    logins.map(({ registry: { host, credentials }, password = credentials?.password }) => [
      host,
      { auth: Buffer.from(`${credentials?.username}:${password}`).toString('base64') },
    ]),
  );
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(home.folder, path)), { recursive: true });
    await writeFile(join(home.folder, path), text);
  };
  await write('.docker/config.json', JSON.stringify({ auths }));
  for (const { host, certificates } of trusted) {
    await write(`.docker/certs.d/${host}/ca.crt`, certificates?.authority ?? '');
  }
  const document = { apiVersion: 'mcpform/v1', kind: 'Registries', registries };
  if (registries !== undefined) await write('config/registries.yaml', JSON.stringify(document));
  return { ...home, newRun: () => realContext(home) };
}
