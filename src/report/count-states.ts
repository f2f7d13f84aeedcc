/** `2 ok, 1 not asked`: how many are in each state, in this order, without those that nothing is in. */
export function countStates<State extends string>(
  all: readonly { readonly state: State }[],
  words: readonly (readonly [State, string])[],
): string {
  return words
    .map(([wanted, text]) => ({ text, number: all.filter(({ state }) => state === wanted).length }))
    .filter(({ number }) => number > 0)
    .map(({ number, text }) => `${number} ${text}`)
    .join(', ');
}
