import type { Trouble } from './trouble.ts';
import type { Said, Words } from './words.ts';

/** Why there is no connection, by the code of the platform or of TLS. */
export function explainNetwork(
  { code, isEncrypted }: Extract<Trouble, { kind: 'network' }>,
  { place, timeoutMs }: Said,
): Words {
  if (isEncrypted && (isTls(code) || code === 'EPROTO')) return explainTls(code, place);
  switch (code) {
    case 'ETIMEDOUT':
      return {
        code: 'HEALTH_TIMEOUT',
        message: `${place} did not open a connection within ${timeoutMs} ms`,
        hint: 'look for a firewall or a wrong address on the way',
      };
    case 'ECONNRESET':
    case 'EPIPE':
      return {
        code: 'HEALTH_CLOSED',
        message: `${place} closed the connection and gave no answer (${code})`,
        hint: "look into the server's log, and whether it wants https://",
      };
    case 'EPROTO':
      return {
        code: 'HEALTH_NOT_MCP',
        message: `${place} does not answer in HTTP`,
        hint: 'correct the port, or write https:// if it wants that',
      };
    default:
      return {
        code: 'HEALTH_UNREACHABLE',
        message: `${NOBODY[code] ?? 'nothing answers'} at ${place} (${code})`,
        hint: HINTS[code] ?? 'check the address, and whether the server runs',
      };
  }
}

const NOBODY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens',
  ENOTFOUND: 'there is no host',
  EAI_AGAIN: 'no name server tells who is',
  EHOSTUNREACH: 'there is no way to who is',
  ENETUNREACH: 'there is no way to who is',
  EACCES: 'a link-local or metadata address is never asked:',
};

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'start the server, or correct the port',
  ENOTFOUND: 'correct the name of the host',
  EACCES: 'use the address of the server itself',
};

function explainTls(code: string, place: string): Words {
  const isPlain = code === 'EPROTO' || /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code);
  const reason = isPlain
    ? 'what answers there does not speak TLS'
    : (TLS[code] ?? 'the two find no connection that both accept');
  return {
    code: 'HEALTH_TLS',
    message: `there is no trusted connection to ${place}: ${reason} (${code})`,
    hint: isPlain
      ? 'write http:// if it is meant to be plain'
      : 'have its certificate renewed, or make its authority known to this machine (NODE_EXTRA_CA_CERTS)',
  };
}

/** What OpenSSL and Node call their reasons. */
function isTls(code: string): boolean {
  return /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_|INVALID_(?:CA|PURPOSE))/.test(
    code,
  );
}

const TLS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an authority that this machine does not know',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};
