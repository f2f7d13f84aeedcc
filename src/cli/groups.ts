/** What the first word of commands with two words is about; `CATALOGUE` has the commands. */
export const GROUPS: Readonly<Record<string, string>> = {
  images: 'List, verify, copy, pull and prune the images that are locked',
  state: 'Look into and repair the books',
};
