import type { VolumeSpec } from '../../model/resource.ts';
import type { Fault } from '../container/fields.ts';
import { labelFaults } from '../container/read-labels.ts';

/** What the schema lets pass and no engine would take, or would take for something of ours. */
export function driverFaults({ driver, driverOptions, labels }: VolumeSpec): readonly Fault[] {
  const wrong = Object.keys(driverOptions).find((name) => !/^[^\s=\0-\x1f\x7f]+$/.test(name));
  return [
    ...(/^[A-Za-z0-9][A-Za-z0-9_./:-]*$/.test(driver)
      ? []
      : [{ message: `"${driver}" is no name of a driver`, hint: 'write one that the engine has' }]),
    ...(wrong === undefined
      ? []
      : [{ message: `"${wrong}" is no name of an option`, hint: 'no "=", and no white space' }]),
    ...labelFaults(labels),
  ];
}
