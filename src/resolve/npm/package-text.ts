import type { PackagePin } from '../../model/lock.ts';

type Exact = Pick<PackagePin, 'package'>;

/** `@scope/name` of `npm:@scope/name@1.2.3`. */
export function nameOf({ package: text }: Exact): string {
  return text.slice('npm:'.length, text.lastIndexOf('@'));
}

/** `1.2.3` of `npm:@scope/name@1.2.3`. */
export function versionOf({ package: text }: Exact): string {
  return text.slice(text.lastIndexOf('@') + 1);
}
