import { LABEL_PREFIX } from '../../model/container.ts';

/** Labels without ours. */
export function readLabels(
  labels: Readonly<Record<string, string>> | null | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels ?? {})
      .filter(([name]) => !name.toLowerCase().startsWith(LABEL_PREFIX))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
