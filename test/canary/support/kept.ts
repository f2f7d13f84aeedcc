/** Where a value may be, and why: nowhere else, in no form. Paths are below the home. */
export const KEPT: Readonly<Record<'hidden' | 'clear', readonly (readonly [RegExp, string])[]>> = {
  /** Of a secret that goes through `mcpform exec`. */
  hidden: [[/^store(?:$|\/)/, 'the backend keeps it there itself']],
  /** Of a secret of a server with `emit: plaintext`. */
  clear: [
    [/^store(?:$|\/)/, 'the backend keeps it there itself'],
    [/^\.claude\.json$/, "the client's own file: that is what `emit: plaintext` asks for"],
    [
      /^\.claude\.json\.tmp\.[^/]+$/,
      'the same on its way into its place; there only while that is written, and after a crash until the next apply',
    ],
    [
      /^\.local\/state\/mcpform\/claude-code\.backups\//,
      "what the client's file was before we wrote it, byte for byte, for nobody but its user",
    ],
  ],
};

export function isKept(use: keyof typeof KEPT, path: string): boolean {
  return KEPT[use].some(([pattern]) => pattern.test(path));
}
