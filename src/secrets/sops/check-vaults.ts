import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { SecretContext } from '../../model/secret.ts';
import type { SealedFile } from './parse-sealed.ts';
import { formatOf } from './place.ts';

/**
 * A file of SOPS says itself which Vault is to decrypt its key, and SOPS sends this person's Vault token there. Whoever
 * may change the file could so have the token sent to them: only the Vault in `VAULT_ADDR` is asked. (SOPS has a list
 * of its own for that since 3.13, `SOPS_HC_VAULT_ALLOWLIST`, which allows all unless told otherwise.) Throws
 * SECRET_UNSAFE.
 */
export function checkVaults(file: string, sealed: SealedFile, what: string, ctx: SecretContext): void {
  const known = ctx.env['VAULT_ADDR'];
  const foreign = vaultsOf(file, sealed).find(
    (address) => known === undefined || withoutSlash(address) !== withoutSlash(known),
  );
  if (foreign === undefined) return;
  throw new McpformError(
    'SECRET_UNSAFE',
    `${what}: the file wants a Vault asked that is not yours: "${foreign}"`,
    {
      hint: 'if that is right, set VAULT_ADDR to exactly this address, and approve again',
    },
  );
}

function vaultsOf(file: string, { text, tree }: SealedFile): readonly string[] {
  switch (formatOf(file)) {
    case 'yaml':
      return inTree(tree);
    case 'json':
    case 'binary':
      // Of a key that is there twice, JSON.parse shows the last; SOPS takes from both.
      return inText(withoutEscapes(text), /"vault_addre[sſ]{2}"\s*:\s*"([^"]*)"/giu);
    default:
      return inText(text, /vault_address["'`]*\s*[=:][^\S\n]*["'`]*([^\s"'`]*)/gi);
  }
}

/** Readers of SOPS do not tell upper case from lower. */
function inTree(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => inTree(item));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key.toUpperCase() === 'VAULT_ADDRESS' && typeof member === 'string' ? kept(member) : inTree(member),
  );
}

function inText(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].flatMap(([, address = '']) => kept(address));
}

/** Somebody's own secret may have that name; it is encrypted then, and no address. */
const kept = (address: string): readonly string[] => (address.startsWith('ENC[') ? [] : [address]);

function withoutEscapes(text: string): string {
  return text
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\\/', '/');
}

const withoutSlash = (address: string): string => address.replace(/\/+$/, '');
