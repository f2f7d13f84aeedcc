import { dotted } from '../../formats/yaml-schema.ts';
import { fromPointer } from '../../model/json.ts';
import type { Check } from './check.ts';

export const literalSecret: Check = {
  id: 'literal-secret',
  code: 'CHECK_LITERAL_SECRET',
  level: 'warn',
  why: 'What looks like a credential in clear text was let pass by `allowLiterals` or `--allow-literal`.',
  hint: 'say where it is under `secrets`, write ${secret.name}, and replace the credential',
  says: 'MANIFEST_LITERAL_SECRET',
  find: ({ literals }) =>
    literals.map((pointer) => {
      const path = fromPointer(pointer);
      const server = path[0] === 'servers' ? (path[1] ?? null) : null;
      const place = dotted(server === null ? path : path.slice(2));
      return { server, words: `what looks like a credential is let pass at "${place}"`, pointer };
    }),
};
