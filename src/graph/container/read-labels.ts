import { type ContainerSpec, LABEL_PREFIX } from '../../model/container.ts';
import { type Fault, hasControl, type Reading } from './fields.ts';

/** Labels of the manifest's own, and where output goes. A name that holds a "=" would become another one. */
export function readLabels({
  fields: { labels = {}, logging },
  faults,
}: Reading): Pick<ContainerSpec, 'labels' | 'logging'> {
  faults.push(...labelFaults(labels));
  if (logging === undefined) return { labels, logging: null };
  const { driver = null, options = {} } = logging;
  const wrong = Object.keys(options).find((name) => !isName(name));
  if (wrong !== undefined || (driver !== null && !/^[A-Za-z0-9][A-Za-z0-9_./:-]*$/.test(driver))) {
    faults.push({
      message: `\`logging\`: "${wrong ?? driver}" is no name of ${wrong === undefined ? 'a log driver' : 'an option'}`,
      hint: 'write a driver that the engine has, such as `local`, and its options by name',
    });
  }
  return { labels, logging: { driver, options } };
}

/** Labels that are ours to write, or nobody's. */
export function labelFaults(labels: Readonly<Record<string, string>>): readonly Fault[] {
  return Object.keys(labels).flatMap((name) => {
    if (name.toLowerCase().startsWith(LABEL_PREFIX)) {
      const message = `label "${name}" is one that mcpform writes itself`;
      return [{ message, hint: `choose a name that does not start with "${LABEL_PREFIX}"` }];
    }
    if (isName(name)) return [];
    return [{ message: `"${name}" is no name of a label`, hint: 'no "=", and no white space' }];
  });
}

function isName(name: string): boolean {
  return name !== '' && !/[=\s]/.test(name) && !hasControl(name);
}
