import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from '../../src/model/json.ts';

/** How a repository differs from a good one. */
export interface Flaw {
  /** Signs the targets with a key that the root does not name. */
  readonly isForged?: boolean;
  /** What is served as the target, instead of what is signed. */
  readonly served?: string;
  readonly expires?: string;
}

/**
 * The files of a TUF repository with one target, `trusted_root.json`, by their path: what a mirror serves.
 * https://theupdateframework.github.io/specification/latest/
 */
export function tufRepository(trustedRoot: Json, flaw: Flaw = {}): Readonly<Record<string, string>> {
  const { expires = '2126-01-01T00:00:00Z', isForged = false } = flaw;
  const [good, forged] = [role(), role()];
  const head = { spec_version: '1.0.31', version: 1, expires };
  const holder = { keyids: [good.id], threshold: 1 };
  const target = JSON.stringify(trustedRoot);
  const roles = { root: holder, timestamp: holder, snapshot: holder, targets: holder };
  const about = {
    length: target.length,
    hashes: { sha256: createHash('sha256').update(target).digest('hex') },
  };
  const keys = { [good.id]: good.key };
  return {
    'root.json': good.sign({ _type: 'root', ...head, consistent_snapshot: false, keys, roles }),
    'timestamp.json': good.sign({ _type: 'timestamp', ...head, meta: { 'snapshot.json': { version: 1 } } }),
    'snapshot.json': good.sign({ _type: 'snapshot', ...head, meta: { 'targets.json': { version: 1 } } }),
    'targets.json': (isForged ? forged : good).sign(
      { _type: 'targets', ...head, targets: { 'trusted_root.json': about } },
      good.id,
    ),
    'targets/trusted_root.json': flaw.served ?? target,
  };
}

interface Role {
  readonly id: string;
  readonly key: JsonObject;
  readonly sign: (signed: JsonObject, as?: string) => string;
}

function role(): Role {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const key = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } };
  const id = createHash('sha256').update(canonicalJson(key)).digest('hex');
  return {
    id,
    key,
    sign: (signed, as = id) => {
      const sig = sign(null, Buffer.from(canonicalJson(signed)), privateKey).toString('hex');
      return JSON.stringify({ signed, signatures: [{ keyid: as, sig }] });
    },
  };
}
