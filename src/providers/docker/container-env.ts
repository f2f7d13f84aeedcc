/** `A=1` → A: `1`. A name alone keeps the image's variable from the program. Of two, the program finds the first. */
export function readEnv(list: readonly string[] | null | undefined): Readonly<Record<string, string | null>> {
  const env = new Map<string, string | null>();
  for (const text of list ?? []) {
    const end = text.indexOf('=', 1);
    const name = end === -1 ? text : text.slice(0, end);
    if (!env.has(name)) env.set(name, end === -1 ? null : text.slice(end + 1));
  }
  return Object.fromEntries([...env].sort(([a], [b]) => (a < b ? -1 : 1)));
}
