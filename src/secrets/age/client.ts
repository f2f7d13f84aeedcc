import { armor, Decrypter, Encrypter, identityToRecipient } from 'age-encryption';

/** What the library says when none of the identities opens a file; it has no codes. */
const NO_MATCH = "no identity matched any of the file's recipients";

/**
 * What opens a file, binary or armored, with one of the identities: null when none of them does. It throws when the
 * file is damaged; this throws when an identity is.
 */
export function openerOf(identities: readonly string[]): (file: Uint8Array) => Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return async (file) => {
    try {
      return await decrypter.decrypt(unarmored(file));
    } catch (error) {
      if (error instanceof Error && error.message === NO_MATCH) return null;
      throw error;
    }
  };
}

/** The text, armored, for whoever has one of the identities. Throws when one of them is none. */
export async function sealText(text: string, identities: readonly string[]): Promise<string> {
  const encrypter = new Encrypter();
  for (const identity of identities) encrypter.addRecipient(await identityToRecipient(identity));
  return armor.encode(await encrypter.encrypt(text));
}

/** Without its armor, if it has one. Throws when the armor is broken. */
export function unarmored(file: Uint8Array): Uint8Array {
  const text = Buffer.from(file).toString('latin1').trim();
  return text.startsWith('-----BEGIN AGE ENCRYPTED FILE-----') ? armor.decode(text) : file;
}
