import { createHash } from 'node:crypto';
import type { CommitSigner } from '../../policy/policy.ts';

/** What Git said of a signature: its exit code and what `--raw` printed. */
export interface SignatureRun {
  readonly exitCode: number | null;
  readonly output: string;
}

export type Judgement =
  | { readonly isGood: true; readonly signer: string }
  /** `found`: who signed it, as far as can be known; null when nobody did. */
  | { readonly isGood: false; readonly found: string | null };

/**
 * Whether a signature is by one of these. Only what is known to be good is good: one good signature by a key whose
 * whole fingerprint is wanted, and nothing beside it.
 */
export function judgeSignature(
  { exitCode, output }: SignatureRun,
  signers: readonly CommitSigner[],
): Judgement {
  // What Git itself says of a tag that nobody signed.
  const lines = output.split('\n').filter((line) => line !== '' && line !== 'error: no signature found');
  const judged = lines.some((line) => line.startsWith(STATUS))
    ? judgeOpenPgp(lines, signers)
    : judgeSsh(lines, signers);
  return exitCode === 0 || !judged.isGood ? judged : { isGood: false, found: judged.signer };
}

const STATUS = '[GNUPG:] ';

function judgeSsh(lines: readonly string[], signers: readonly CommitSigner[]): Judgement {
  const key = lines.flatMap((line) => /\bkey (SHA256:[A-Za-z0-9+/]{43})$/.exec(line)?.[1] ?? [])[0] ?? null;
  const found =
    key === null ? (lines.length === 0 ? null : 'a signature that does not hold') : `the SSH key ${key}`;
  // The first line is ssh-keygen's verdict. It names a principal only where it found one.
  const isGood =
    lines.length === 1 && /^Good "git" signature for \S+ with \S+ key SHA256:\S+$/.test(lines[0] ?? '');
  const signer = signers.find((each) => each.kind === 'ssh' && sshFingerprint(each.key) === key);
  if (!isGood || signer?.kind !== 'ssh' || key === null) return { isGood: false, found };
  return {
    isGood: true,
    signer: signer.principal === null ? `the SSH key ${key}` : `${signer.principal} (${key})`,
  };
}

/** As `ssh-keygen -l` prints it. */
function sshFingerprint(key: string): string {
  const bytes = Buffer.from(key.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`;
}

const BAD =
  /^(?:BADSIG|ERRSIG|EXPSIG|EXPKEYSIG|REVKEYSIG|KEYEXPIRED|KEYREVOKED|SIGEXPIRED|NO_PUBKEY|NODATA|UNEXPECTED|FAILURE|ERROR|BADARMOR)$/;

/** https://github.com/gpg/gnupg/blob/master/doc/DETAILS */
function judgeOpenPgp(lines: readonly string[], signers: readonly CommitSigner[]): Judgement {
  const words = lines
    .filter((line) => line.startsWith(STATUS))
    .map((line) => line.slice(STATUS.length).split(' '));
  const valid = words.filter(([keyword]) => keyword === 'VALIDSIG');
  const good = words.filter(([keyword]) => keyword === 'GOODSIG');
  const bad = words.filter(([keyword]) => BAD.test(keyword ?? ''));
  const [, fingerprint, ...rest] = valid[0] ?? [];
  const primary = rest.at(-1);
  const isWanted = signers.some(
    (signer) =>
      signer.kind === 'gpg' && (signer.fingerprint === fingerprint || signer.fingerprint === primary),
  );
  if (valid.length === 1 && good.length === 1 && bad.length === 0 && isWanted) {
    return { isGood: true, signer: `the OpenPGP key ${primary ?? fingerprint}` };
  }
  const id =
    fingerprint ?? bad.flatMap((each) => each.find((word) => /^[0-9A-F]{16,64}$/.test(word)) ?? [])[0];
  const why = bad.map(([keyword]) => WORDS[keyword ?? '']).find((each) => each !== undefined);
  const key = id === undefined ? 'a signature that does not hold' : `the OpenPGP key ${id}`;
  return { isGood: false, found: why === undefined ? key : `${key} (${why})` };
}

const WORDS: Readonly<Record<string, string>> = {
  BADSIG: 'but not of this content',
  EXPSIG: 'the signature has expired',
  EXPKEYSIG: 'the key has expired',
  REVKEYSIG: 'the key was revoked',
};
