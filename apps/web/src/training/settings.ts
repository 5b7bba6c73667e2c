/** What a setting of a training takes. */
export type SettingValue = number | string | boolean;

/** A setting of a model's trainings, as the JSON Schema that its package brings tells it. */
export interface Setting {
  name: string;
  title: string;
  help: string | undefined;
  kind: 'integer' | 'number' | 'choice' | 'boolean' | 'text';
  /** What is taken where nobody says otherwise. */
  usual: SettingValue | undefined;
  least: number | undefined;
  most: number | undefined;
  /** Values are multiples of it. */
  step: number | undefined;
  choices: readonly SettingValue[];
}

/** Why a value does not fit its setting, and the limit that it breaks. */
export interface Fault {
  why: 'missing' | 'number' | 'integer' | 'least' | 'most' | 'multiple';
  limit?: number;
}

interface Property {
  title?: string;
  description?: string;
  type?: string | string[];
  enum?: SettingValue[];
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  default?: SettingValue;
}

/**
 * Reads the settings of a schema, in its order.
 * @param usual the package's own values, which count more than the schema's defaults.
 */
export function readSettings(schema: unknown, usual: Record<string, SettingValue> = {}): Setting[] {
  const { properties = {} } = (schema ?? {}) as { properties?: Record<string, Property> };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    title: property.title ?? name,
    help: property.description,
    kind: kindOf(property),
    usual: usual[name] ?? property.default,
    least: property.minimum,
    most: property.maximum,
    step: property.multipleOf,
    choices: property.enum ?? [],
  }));
}

function kindOf({ enum: choices, type }: Property): Setting['kind'] {
  if (choices !== undefined) return 'choice';
  const [first] = [type].flat();
  return first === 'integer' || first === 'number' || first === 'boolean' ? first : 'text';
}

/** What a field holds at first. */
export function textOf(value: SettingValue | undefined): string {
  return value === undefined ? '' : String(value);
}

/** The value of what stands in a field, or why it does not fit. The gateway holds it to the whole schema once more. */
export function readSetting(setting: Setting, text: string): { value: SettingValue } | { fault: Fault } {
  const { kind, choices, least, most, step } = setting;
  const trimmed = text.trim();
  if (kind === 'boolean') return { value: trimmed === 'true' };
  if (trimmed === '') return { fault: { why: 'missing' } };
  if (kind === 'choice') return { value: choices.find((choice) => String(choice) === trimmed) ?? trimmed };
  if (kind === 'text') return { value: trimmed };
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return { fault: { why: 'number' } };
  if (kind === 'integer' && !Number.isInteger(value)) return { fault: { why: 'integer' } };
  if (least !== undefined && value < least) return { fault: { why: 'least', limit: least } };
  if (most !== undefined && value > most) return { fault: { why: 'most', limit: most } };
  if (step !== undefined && !isMultiple(value, step)) return { fault: { why: 'multiple', limit: step } };
  return { value };
}

/** As far as floating point can tell: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, step: number): boolean {
  const times = value / step;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
}
