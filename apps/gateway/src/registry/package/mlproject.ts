import { CairnError } from '@cairn/contracts';
import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import { parse } from 'yaml';

/** What every package can do, as entry points of its MLproject. */
export const requiredEntryPoints = ['preprocess', 'train', 'evaluate', 'postprocess', 'inference'] as const;

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const Parameter = Type.Union([
  Type.String(),
  Type.Object({ type: Type.Optional(Type.String()), default: Type.Optional(scalar) }),
]);
const Project = Type.Object({
  name: Type.String({ minLength: 1 }),
  python_env: Type.String({ minLength: 1 }),
  entry_points: Type.Record(
    Type.String(),
    Type.Object({
      parameters: Type.Optional(Type.Record(Type.String(), Parameter)),
      command: Type.String({ minLength: 1 }),
    }),
  ),
});

/** An MLproject file, as far as Cairn reads it. */
export interface MlProject {
  name: string;
  /** Path of the environment's file in the package. */
  pythonEnv: string;
  /** Default of each parameter by entry point; undefined where it has none. */
  entryPoints: Record<string, Record<string, string | number | boolean | undefined>>;
}

/**
 * Reads an MLproject file.
 * @throws CairnError `package-invalid` where it is no YAML, has another shape or lacks an entry point.
 */
export function readMlProject(text: string): MlProject {
  const value = readYaml(text, 'MLproject');
  if (!Value.Check(Project, value)) {
    const [first] = Value.Errors(Project, value);
    throw refused(first?.instancePath ?? '', first?.message ?? 'does not fit');
  }
  for (const name of requiredEntryPoints) {
    if (!Object.hasOwn(value.entry_points, name)) throw refused('/entry_points', `lacks the entry point ${name}`);
  }
  return {
    name: value.name,
    pythonEnv: value.python_env.replace(/^\.\//, ''),
    entryPoints: Object.fromEntries(
      Object.entries(value.entry_points).map(([name, { parameters }]) => [name, defaults(parameters ?? {})]),
    ),
  };
}

/** Reads YAML. @throws CairnError `package-invalid`. */
export function readYaml(text: string, file: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (cause) {
    const line = (cause as Error).message.split('\n')[0]!;
    throw new CairnError('package-invalid', `${file} is not YAML: ${line}`, {
      where: file,
      action: `Correct ${file}.`,
      cause,
    });
  }
}

function defaults(parameters: Record<string, Static<typeof Parameter>>): MlProject['entryPoints'][string] {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, spec]) => [
      name,
      typeof spec === 'string' ? undefined : (spec.default ?? undefined),
    ]),
  );
}

function refused(pointer: string, problem: string): CairnError {
  return new CairnError('package-invalid', `In MLproject, ${pointer === '' ? 'the file' : pointer} ${problem}.`, {
    where: `MLproject#${pointer}`,
    action: `Correct MLproject: it names a python_env and the entry points ${requiredEntryPoints.join(', ')}.`,
  });
}
