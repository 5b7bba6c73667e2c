import { CairnError } from '@cairn/contracts';
import { Type } from 'typebox';
import Value from 'typebox/value';

/** Parameters of a graph's node, as Seldon Core hands them to its container. */
const Parameters = Type.Array(Type.Object({ name: Type.String(), value: Type.String(), type: Type.String() }));

const variable = 'PREDICTIVE_UNIT_PARAMETERS';

/**
 * The settings that Seldon Core tells a node by the environment of its container; none where it does not run there.
 * @param known names that a parameter may have.
 * @throws CairnError `input-invalid` where the parameters cannot be read, or one has no meaning here.
 */
export function nodeSettings(
  environment: Record<string, string | undefined>,
  known: readonly string[],
): Partial<Record<string, string>> {
  const {
    PREDICTIVE_UNIT_ID: name,
    PREDICTIVE_UNIT_HTTP_SERVICE_PORT: port,
    PREDICTIVE_UNIT_GRPC_SERVICE_PORT: grpc,
  } = environment;
  const settings = Object.fromEntries(
    parametersOf(environment[variable]).map((parameter) => [parameter.name, parameter.value]),
  );
  const stranger = Object.keys(settings).find((one) => !known.includes(one));
  if (stranger !== undefined) throw invalid(`names ${stranger}, which no node has`);
  return {
    ...(name === undefined ? {} : { name }),
    ...(port === undefined ? {} : { port }),
    ...(grpc === undefined ? {} : { 'grpc-port': grpc }),
    ...settings,
  };
}

function parametersOf(text: string | undefined) {
  if (text === undefined) return [];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('is no JSON');
  }
  if (!Value.Check(Parameters, json)) throw invalid('must be a list of objects with name, value and type');
  return json;
}

function invalid(words: string): CairnError {
  return new CairnError('input-invalid', `${variable} ${words}.`, {
    where: variable,
    action: 'Deploy the graph again as this version of Cairn renders it.',
  });
}
