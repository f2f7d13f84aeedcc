import { McpformError } from '../../../model/error.ts';
import { type Caller, call } from './call.ts';

const PING_MS = 30_000;

export async function negotiate(caller: Omit<Caller, 'version'>, signal: AbortSignal): Promise<string> {
  const { headers } = await call(
    { ...caller, version: '' },
    { operation: 'read', doing: 'answer', method: 'GET', path: '/_ping', timeoutMs: PING_MS, signal },
  );
  const version = headers['api-version'];
  if (typeof version === 'string' && /^\d+\.\d+$/.test(version)) return `/v${version}`;
  throw new McpformError('ENGINE_FAILED', `${caller.name} does not say which API it speaks`, {
    hint: 'see whether it is a container engine that listens there',
  });
}
