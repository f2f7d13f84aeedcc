import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import { isErrno } from '../../model/error.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where systems keep the authorities they trust: Debian and Alpine, Fedora and RHEL, openSUSE, macOS and BSD. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * What a TLS connection trusts: what Node brings, what this system trusts (Node alone would not know a company's own
 * authority there, as every other program does), `NODE_EXTRA_CA_CERTS`, and `authorities` (PEM).
 */
export async function trustedContext(authorities: string | undefined, env: Env): Promise<tls.SecureContext> {
  const texts = [...(await rootsOf(env)), ...(authorities === undefined ? [] : [authorities])];
  return tls.createSecureContext({ ca: uniqueCertificates(texts) });
}

/** Newer versions of Node can be asked; their `default` has the extra ones. */
const asked = (tls as { getCACertificates?: (of: 'default' | 'system') => string[] }).getCACertificates;

async function rootsOf(env: Env): Promise<readonly string[]> {
  const extra = await readOptional(env['NODE_EXTRA_CA_CERTS']);
  const own = asked === undefined ? tls.rootCertificates : asked('default');
  const system = asked === undefined ? [await systemBundle(env)] : asked('system');
  return [...own, ...system, extra];
}

async function systemBundle(env: Env): Promise<string> {
  for (const path of [env['SSL_CERT_FILE'], ...BUNDLES]) {
    const text = await readOptional(path);
    if (text !== '') return text;
  }
  return '';
}

/** As Node does with its own variable, what cannot be read adds nothing; the connection then fails by name. */
async function readOptional(path: string | undefined): Promise<string> {
  if (path === undefined || path === '') return '';
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) return '';
    throw error;
  }
}

/** Most are in Node's list and the system's, wrapped at another width; to parse each takes a tenth of a millisecond. */
function uniqueCertificates(texts: readonly string[]): string[] {
  const found = texts.flatMap(
    (text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [],
  );
  return [...new Map(found.map((each) => [each.replaceAll(/\s+/g, ''), each])).values()];
}
