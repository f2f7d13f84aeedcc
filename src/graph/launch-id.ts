import { hash } from 'node:crypto';
import { canonicalJson, type Json } from '../model/json.ts';
import type { AnyLaunchRecord } from '../model/launch.ts';

/** `<server>-<32 hex>`: 128 bits of the SHA-256 of the record's canonical JSON. */
export function launchId(record: AnyLaunchRecord): string {
  const digest = hash('sha256', canonicalJson(record as unknown as Json));
  return `${record.server}-${digest.slice(0, 32)}`;
}
