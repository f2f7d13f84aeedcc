import { createHash } from 'node:crypto';
import type { Context } from '../model/context.ts';
import type { Signed } from './candidate.ts';
import { findSignatures, type Place } from './find-signatures.ts';
import { judge, type Question } from './judge.ts';
import { payloadObjection } from './simple-signing.ts';
import { PROVENANCE, statementObjection } from './statement.ts';
import { type Verification, verificationOf } from './verification.ts';

export interface ImageQuestion extends Omit<Question, 'objection'>, Place {
  /** How messages name the image. */
  readonly name: string;
}

/**
 * Whether an image is signed as required: by its index digest, which is what the lock pins. Rejects with a code of
 * `verify`, or with the registry's own failure.
 */
export async function verifyImage(image: ImageQuestion, ctx: Context): Promise<Verification> {
  const question: Question = { ...image, objection: (signed) => imageObjection(signed, image.digest) };
  return verificationOf(image.name, await judge(findSignatures(image), question, ctx), question);
}

const PREDICATES = new Set(['https://sigstore.dev/cosign/sign/v1', ...PROVENANCE]);

function imageObjection({ content: { kind, bytes } }: Signed, digest: string): string | null {
  if (kind === 'message') {
    const isManifest = digest === `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    return isManifest ? null : payloadObjection(bytes, digest);
  }
  const hex = digest.slice('sha256:'.length);
  return statementObjection(bytes, {
    predicates: PREDICATES,
    digest: { algorithm: 'sha256', hex },
    name: null,
  });
}
