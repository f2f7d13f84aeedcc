/** The text of a module that can be required, and fails when anything of it is used. */
export function refusing(what) {
  const message = JSON.stringify(`${what} was left out of this program`);
  return `
    const refuse = () => { throw new Error(${message}); };
    module.exports = new Proxy(refuse, { get: () => refuse });
  `;
}
