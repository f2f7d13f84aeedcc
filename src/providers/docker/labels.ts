import { LABEL_PREFIX } from '../../model/container.ts';
import type { Work } from '../../model/provider.ts';
import { nameOf } from './place.ts';

/** From which file a container's seccomp profile is, and its digest: engines keep the content alone. */
export const SECCOMP_LABEL = `${LABEL_PREFIX}seccomp`;
/** The id by which a container was asked for, where its image is in no registry: Podman keeps the name alone. */
export const IMAGE_LABEL = `${LABEL_PREFIX}image`;
const LINEAGE = `${LABEL_PREFIX}lineage`;
const OPERATION = `${LABEL_PREFIX}operation`;

type Labels = Readonly<Record<string, string>> | null | undefined;

/**
 * What everything that we make on an engine is labelled with. Written once, at creation, and never compared: an engine
 * cannot change them.
 */
export function objectLabels({ step, lineage }: Work, operation: string): Record<string, string> {
  return {
    // No part of an object's name holds a dot.
    [`${LABEL_PREFIX}stack`]: nameOf(step.place).split('.')[0] ?? '',
    ...(lineage === undefined ? {} : { [LINEAGE]: lineage }),
    [`${LABEL_PREFIX}address`]: step.address,
    [OPERATION]: operation,
  };
}

/** The journal's name for a step is used once, so what carries it was made by that step. */
export function isMadeBy(labels: Labels, operation: string): boolean {
  return labels?.[OPERATION] === operation;
}

/** Whether an object says that it belongs to these books: a hint where to look. */
export function isOfLineage(labels: Labels, lineage: string | undefined): boolean {
  return lineage !== undefined && labels?.[LINEAGE] === lineage;
}

/** Labels by which an image says that it is ours. */
export function claimsIn(labels: Labels): readonly string[] {
  return Object.keys(labels ?? {}).filter((name) => name.toLowerCase().startsWith(LABEL_PREFIX));
}
