import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { SecretBackend, SecretContext, SecretValue } from '../../model/secret.ts';
import { diagnoseFiles } from '../diagnose-files.ts';
import { type OwnFile, readOwnFile } from '../own-file.ts';
import { decodeText, toSecretValue } from '../value.ts';
import { writeOwnFile } from '../write-own-file.ts';
import { parseDotenv } from './client.ts';
import { setInDotenv } from './set-in-dotenv.ts';

/** One name in a `.env` file, which is this person's own. */
export const backend: SecretBackend = {
  name: 'dotenv',
  settings: [],
  session: [],
  read,
  write,
  writeHint: 'write the value to the file and run `chmod 600` on it',
  diagnose: (sources, ctx) =>
    diagnoseFiles(
      'secrets dotenv',
      sources.map((source) => placeOf(source).file),
      ctx,
    ),
};

/** Of the whole file. */
const MAX_BYTES = 1024 * 1024;

async function read(argument: Json, ctx: SecretContext): Promise<SecretValue> {
  const { file, key, what } = placeOf(argument);
  const values = parseDotenv(decodeText(await readOwnFile(file, ctx), file.what));
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value !== undefined) return toSecretValue(value, what);
  throw new McpformError('SECRET_NOT_FOUND', `${file.what} has no "${key}"`, {
    hint: 'add a line for it, or correct the key',
  });
}

async function write(argument: Json, value: SecretValue, ctx: SecretContext): Promise<void> {
  const { file, key, what } = placeOf(argument);
  const text = setInDotenv(await textOf(file, ctx), key, value.reveal());
  if (text === null) {
    throw new McpformError(
      'SECRET_NOT_WRITABLE',
      `${what} cannot be written so that it reads back the same`,
      {
        hint: 'keep it as base64, or in a file of its own; a key has letters, digits and "_"',
      },
    );
  }
  await writeOwnFile(file, text, ctx);
}

async function textOf(file: OwnFile, ctx: SecretContext): Promise<string> {
  try {
    return decodeText(await readOwnFile(file, ctx), file.what);
  } catch (error) {
    if (error instanceof McpformError && error.code === 'SECRET_NOT_FOUND') return '';
    throw error;
  }
}

function placeOf(argument: Json): { readonly file: OwnFile; readonly key: string; readonly what: string } {
  const { file, key } = isJsonObject(argument) ? argument : {};
  if (typeof file !== 'string' || typeof key !== 'string') {
    throw new Error('the argument of a secret of "dotenv" has no file or key');
  }
  return {
    file: { path: file, what: `dotenv "${file}"`, maxBytes: MAX_BYTES },
    key,
    what: `dotenv "${key}" of "${file}"`,
  };
}
