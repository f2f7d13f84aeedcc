declare const MCPFORM_VERSION: string | undefined;

/** Set by the build; tests that run the sources see `0.0.0-source`. */
export const version: string = typeof MCPFORM_VERSION === 'string' ? MCPFORM_VERSION : '0.0.0-source';
