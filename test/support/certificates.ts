import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Certificates {
  /** PEM of an authority that nobody trusts by itself. */
  readonly authority: string;
  /** PEM of a certificate for loopback and `registry.test`, signed by it, and its key. */
  readonly certificate: string;
  readonly key: string;
  readonly files: { readonly authority: string; readonly certificate: string; readonly key: string };
}

/** A private authority and a server's certificate, made with openssl in the folder. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<unknown> => execute('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = 'subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost,DNS:registry.test';
  await writeFile(at('names'), names);
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=test CA',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  );
  await openssl('req', ...newKey, '-subj', '/CN=test server', '-keyout', 'tls.key', '-out', 'tls.csr');
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  await openssl('x509', '-req', '-in', 'tls.csr', ...signed, '-out', 'tls.crt');
  const files = { authority: at('ca.crt'), certificate: at('tls.crt'), key: at('tls.key') };
  const [authority, certificate, key] = await Promise.all(
    [files.authority, files.certificate, files.key].map((path) => readFile(path, 'utf8')),
  );
  return { authority: authority as string, certificate: certificate as string, key: key as string, files };
}
