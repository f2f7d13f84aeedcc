import { canonicalJson } from '../model/json.ts';
import type { LaunchRecord } from '../model/launch.ts';
import { sha256 } from './sha256.ts';

/** What decides, beside the pin, which files a package is installed as. */
export interface Host {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** `glibc` or `musl`; null where there is one only, or it cannot be told. */
  readonly libc: 'glibc' | 'musl' | null;
}

/** Name of the store's folder for a pin: 64 hex digits. */
export function storeKey(pin: LaunchRecord['pin'], { platform, arch, libc }: Host): string {
  const { package: name, integrity, tree } = pin;
  const facts = {
    package: name,
    ...(integrity === undefined ? {} : { integrity }),
    ...(tree === undefined ? {} : { tree }),
  };
  return sha256(canonicalJson({ pin: facts, platform, arch, libc }));
}
