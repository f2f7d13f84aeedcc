import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../model/json.ts';
import type { OfferPin, Pin, SharedOwnership, Signer } from '../model/lock.ts';

/**
 * What the lock says below a server's name, keys sorted. More than one line is sealed: Git merges lines, and equal
 * lines of two entries (two servers from one package, one signer of many images) can lead it to give one entry's
 * line to another. The seal binds the lines to each other and to the name, so that such a text is never read.
 * An image has no part in it: it is the first line below the name, which Git never parts from the name without a
 * conflict, and Renovate has to change it.
 */
export function pinFacts(server: string, pin: Pin): JsonObject {
  if (pin.kind === 'image') {
    const { image, signer } = pin;
    return signer === undefined ? { image } : { image, ...sealed(server, { signer: signerFacts(signer) }) };
  }
  if (pin.kind === 'local-image') return sealed(server, { id: pin.id, localImage: pin.image });
  const { integrity, package: exact, requested, signer, tree } = pin;
  return sealed(server, {
    ...(integrity === undefined ? {} : { integrity }),
    package: exact,
    ...(requested === undefined ? {} : { requested }),
    ...(signer === undefined ? {} : { signer: signerFacts(signer) }),
    ...(tree === undefined ? {} : { tree }),
  });
}

export function ownershipFacts(address: string, { digest, adopted, protect }: SharedOwnership): JsonObject {
  if (!adopted && protect !== true) return { digest };
  return sealed(address, {
    ...(adopted ? { adopted } : {}),
    digest,
    ...(protect === true ? { protect } : {}),
  });
}

/** What the lock says of what a server offers; what there is none of is left out. */
export function offerFacts(server: string, { instructions, prompts, tools }: OfferPin): JsonObject {
  return sealed(server, {
    ...(instructions === undefined ? {} : { instructions }),
    ...(Object.keys(prompts).length === 0 ? {} : { prompts: byName(prompts) }),
    ...(Object.keys(tools).length === 0 ? {} : { tools: byName(tools) }),
  });
}

function byName(digests: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(digests).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function signerFacts({ identity, issuer }: Signer): JsonObject {
  return { identity, issuer };
}

/** `h1:` and 64 bits. Against accidents; whoever writes the lock on purpose can write the seal too. */
function sealed(name: string, facts: JsonObject): JsonObject {
  const seal = `h1:${hash('sha256', canonicalJson([name, facts])).slice(0, 16)}`;
  const members = Object.entries({ ...facts, seal }).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members);
}
