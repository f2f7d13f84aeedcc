import { LABEL_PREFIX } from '../../model/container.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { asContainer, type ContainerAttributes, withoutEmpty } from './attributes.ts';
import { unlessEmpty } from './container-reading.ts';

/**
 * Podman does not tell all that it was asked: not which capabilities were dropped, only which of its defaults are
 * missing; not how a device may be used; no options of a log. A label of ours keeps these words, which hold for as
 * long as the container, because nobody can change either.
 */
export const UNTOLD_LABEL = `${LABEL_PREFIX}untold`;

export function untoldLabel({ security, devices, logging }: ContainerAttributes): string {
  const { dropCapabilities, addCapabilities } = security;
  return canonicalJson(
    withoutEmpty({ dropCapabilities, addCapabilities, devices, options: logging?.options }),
  );
}

/** The attributes in the words of the label, where what Podman tells is no contradiction to them. */
export function inWordsAsked(attributes: JsonObject, label: string | undefined): JsonObject {
  const asked = parse(label);
  const { security, devices = [], logging } = asContainer(attributes);
  return withoutEmpty({
    ...attributes,
    security: { ...security, ...capabilitiesAsked(security, asked) },
    devices: unlessEmpty(devicesAsked(devices, asked)),
    logging: { options: asked['options'], ...logging },
  });
}

function parse(label: string | undefined): JsonObject {
  try {
    const value: Json = JSON.parse(label ?? '{}');
    return isJsonObject(value) ? value : {};
  } catch {
    // Whoever wrote that, it says nothing.
    return {};
  }
}

function listIn(asked: JsonObject, key: string): readonly string[] {
  const list = asked[key];
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

type Capabilities = readonly string[] | undefined;

/** Told is what differs from Podman's default, so with ALL dropped it is whatever is not added. */
function capabilitiesAsked(
  { privileged, dropCapabilities = [], addCapabilities = [] }: ContainerAttributes['security'],
  asked: JsonObject,
): { readonly dropCapabilities?: Capabilities; readonly addCapabilities?: Capabilities } {
  const drop = listIn(asked, 'dropCapabilities');
  const add = listIn(asked, 'addCapabilities');
  const isDropped = drop.includes('ALL')
    ? dropCapabilities.every((each) => !add.includes(each))
    : dropCapabilities.every((each) => drop.includes(each));
  const isAsAsked = isDropped && addCapabilities.every((each) => add.includes(each));
  // One that may do everything is told to lack what the machine does not have.
  if (!isAsAsked && !privileged) return {};
  return { dropCapabilities: unlessEmpty(drop), addCapabilities: unlessEmpty(add) };
}

function devicesAsked(told: readonly string[], asked: JsonObject): readonly string[] {
  const withoutUse = (device: string): string => device.split(':', 2).join(':');
  const devices = listIn(asked, 'devices');
  return told.map(withoutUse).join() === devices.map(withoutUse).join() ? devices : told;
}
