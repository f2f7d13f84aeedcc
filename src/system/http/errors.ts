/** The driver's own codes in the words of the platform. */
const ERRNO: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_HEADERS_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_BODY_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_SOCKET: 'ECONNRESET',
};

/**
 * A failure of the driver as an `errno` error; what already is one (a TLS code too) passes, and so do the failures
 * of whoever reads or writes a body.
 */
export function toErrno(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // A request that is not one is a bug of the caller.
  if (code === 'UND_ERR_INVALID_ARG') return error;
  const status = /^Proxy response \((\d+)\)/.exec(message)?.[1];
  if (status !== undefined) return errno('ECONNREFUSED', `the proxy answered ${status}`, error);
  const known = ERRNO[code];
  if (known !== undefined) return errno(known, message, error);
  const isOfProtocol = name === 'HTTPParserError' || code.startsWith('UND_ERR_');
  return isOfProtocol ? errno('EPROTO', message, error) : error;
}

function errno(code: string, message: string, cause: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
