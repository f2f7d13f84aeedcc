/** As people know it: an id is as long as `docker ps` shows it. */
export function quoted(idOrName: string): string {
  return `"${/^[0-9a-f]{64}$/.test(idOrName) ? idOrName.slice(0, 12) : idOrName}"`;
}

/** As a part of an address. */
export function inPath(idOrName: string): string {
  const parts = idOrName.split('/');
  // Whatever this would be asked about, it would be something else.
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new Error(`"${idOrName}" names nothing an engine could have`);
  }
  return parts.map(encodeURIComponent).join('/');
}
