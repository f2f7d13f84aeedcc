/** Of a line of the log: from what nobody reads to what somebody must. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export type Level = (typeof LEVELS)[number];
