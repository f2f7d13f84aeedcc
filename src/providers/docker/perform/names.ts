/** What the old container is called until the new one is known to work. What is called so is rolled back. */
export function waitingName(name: string, operation: string): string {
  return `${name}.${operation}.old`;
}

/** What a container is called once it is to go. What is called so is removed: renaming to this is the commit. */
export function spentName(name: string, operation: string): string {
  return `${name}.${operation}.spent`;
}
