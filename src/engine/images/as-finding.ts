import type { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';

/** A failure that is one image's alone. */
export function asFinding({ code, message, hint }: McpformError): Finding {
  return { code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) };
}
