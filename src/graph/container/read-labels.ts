import { type ContainerSpec, LABEL_PREFIX } from '../../model/container.ts';
import { hasControl, type Reading } from './fields.ts';

/** Labels of the manifest's own, and where output goes. A name that holds a "=" would become another one. */
export function readLabels({
  fields: { labels = {}, logging },
  faults,
}: Reading): Pick<ContainerSpec, 'labels' | 'logging'> {
  for (const name of Object.keys(labels)) {
    if (name.toLowerCase().startsWith(LABEL_PREFIX)) {
      faults.push({
        message: `label "${name}" is one that mcpform writes itself`,
        hint: `choose a name that does not start with "${LABEL_PREFIX}"`,
      });
    } else if (!isName(name)) {
      faults.push({ message: `"${name}" is no name of a label`, hint: 'no "=", and no white space' });
    }
  }
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

function isName(name: string): boolean {
  return name !== '' && !/[=\s]/.test(name) && !hasControl(name);
}
