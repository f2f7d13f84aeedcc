/** What the first word of commands with two words is about; `CATALOGUE` has the commands. */
export const GROUPS: Readonly<Record<string, string>> = {
  grant: 'See, give and take away what servers may have of your secrets',
  images: 'List, verify, copy, pull and prune the images that are locked',
  secrets: 'See, check and set what servers get of your secrets',
  service: 'Have the system keep a loop running, or no longer',
  state: 'Look into and repair the books',
  tools: 'See whether servers offer what they did, and record it',
};
