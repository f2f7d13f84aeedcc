export type Variables = Readonly<Record<string, string>>;

/**
 * `${NAME}` and `${NAME:-default}` as Claude Code expands them: set but empty counts as set, what a value holds is not
 * expanded again, and a missing one without a default stays as it is written.
 */
export function expandVariables(text: string, variables: Variables): string {
  return text.replace(/\$\{([^}]*)\}/g, (whole, inner: string) => {
    const at = inner.indexOf(':-');
    const name = at === -1 ? inner : inner.slice(0, at);
    if (Object.hasOwn(variables, name)) return variables[name] as string;
    return at === -1 ? whole : inner.slice(at + 2);
  });
}
