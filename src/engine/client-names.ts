/** Clients whose entries we can write. */
export const CLIENT_NAMES = ['claude-code'] as const;
