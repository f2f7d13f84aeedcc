/** Whether a variable says which proxy to go through. */
export function isProxy(name: string): boolean {
  return /^(?:https?|all)_proxy$/i.test(name);
}

/** A proxy without the name and password that it may have; as it is when it is no URL. */
export function bareProxy(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? '';
  const rest = text.slice(scheme.length);
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  return scheme + authority.slice(authority.lastIndexOf('@') + 1) + rest.slice(authority.length);
}
