import { Type, type Static } from 'typebox';
import Value from 'typebox/value';

const most = 64;
const Argument = Type.Union([
  Type.Number(),
  Type.Boolean(),
  Type.Object({ from_parameter: Type.Literal('x') }, { additionalProperties: false }),
  Type.Object({ from_node: Type.String() }, { additionalProperties: false }),
]);
type Argument = Static<typeof Argument>;

/**
 * What is done with each number that a network answers: an openEO process (`format` "openeo" of a processing expression) whose
 * graph computes one number of the parameter `x`. It is data, not code: of openEO's processes only those of arithmetic and logic.
 */
export const Expression = Type.Object({
  process_graph: Type.Record(
    Type.String(),
    Type.Object({
      process_id: Type.String(),
      arguments: Type.Record(Type.String(), Type.Union([Argument, Type.Array(Argument)])),
      result: Type.Optional(Type.Boolean()),
    }),
    { minProperties: 1, maxProperties: most },
  ),
});
export type Expression = Static<typeof Expression>;

type Numbers = readonly number[];

/** openEO's processes by their names: the arguments that each has, and what it computes of them. True is 1, false 0. */
const processes: Readonly<Record<string, { takes: readonly string[]; of: (values: Numbers) => number }>> = {
  add: { takes: ['x', 'y'], of: ([x, y]) => x! + y! },
  subtract: { takes: ['x', 'y'], of: ([x, y]) => x! - y! },
  multiply: { takes: ['x', 'y'], of: ([x, y]) => x! * y! },
  divide: { takes: ['x', 'y'], of: ([x, y]) => x! / y! },
  power: { takes: ['base', 'p'], of: ([base, p]) => base! ** p! },
  exp: { takes: ['p'], of: ([p]) => Math.exp(p!) },
  ln: { takes: ['x'], of: ([x]) => Math.log(x!) },
  sqrt: { takes: ['x'], of: ([x]) => Math.sqrt(x!) },
  absolute: { takes: ['x'], of: ([x]) => Math.abs(x!) },
  clip: { takes: ['x', 'min', 'max'], of: ([x, min, max]) => Math.min(max!, Math.max(min!, x!)) },
  min: { takes: ['data'], of: (data) => Math.min(...data) },
  max: { takes: ['data'], of: (data) => Math.max(...data) },
  gt: { takes: ['x', 'y'], of: ([x, y]) => Number(x! > y!) },
  gte: { takes: ['x', 'y'], of: ([x, y]) => Number(x! >= y!) },
  lt: { takes: ['x', 'y'], of: ([x, y]) => Number(x! < y!) },
  lte: { takes: ['x', 'y'], of: ([x, y]) => Number(x! <= y!) },
  and: { takes: ['x', 'y'], of: ([x, y]) => Number(x !== 0 && y !== 0) },
  or: { takes: ['x', 'y'], of: ([x, y]) => Number(x !== 0 || y !== 0) },
  not: { takes: ['x'], of: ([x]) => Number(x === 0) },
  if: { takes: ['value', 'accept', 'reject'], of: ([value, accept, reject]) => (value !== 0 ? accept! : reject!) },
};

/**
 * Reads an expression, and gives the function that it describes. Each node is computed once, after those that it takes from.
 * Throws a TypeError that says which node does not hold: a process or argument that is not known, a reference to nothing or in a
 * circle, not exactly one result.
 */
export function readExpression(json: unknown): (x: number) => number {
  if (!Value.Check(Expression, json)) {
    const [first] = Value.Errors(Expression, json);
    throw new TypeError(`${first?.instancePath ?? ''} ${first?.message ?? 'does not fit'}`);
  }
  const { process_graph: graph } = json;
  const results = Object.keys(graph).filter((id) => graph[id]!.result === true);
  if (results.length !== 1) throw new TypeError('/process_graph must have one node with "result": true');
  const steps: ((known: number[], x: number) => number)[] = [];
  const places = new Map<string, number>();
  const open = new Set<string>();
  const place = (id: string): number => {
    const known = places.get(id);
    if (known !== undefined) return known;
    if (!Object.hasOwn(graph, id)) throw new TypeError(`/process_graph has no node ${id}`);
    if (open.has(id)) throw new TypeError(`/process_graph/${id} takes from itself`);
    open.add(id);
    const inputs = argumentsOf(id, graph[id]!).map((argument) => inputOf(argument, place));
    const { of } = processes[graph[id]!.process_id]!;
    steps.push((values, x) => of(inputs.map((input) => input(values, x))));
    places.set(id, steps.length - 1);
    return steps.length - 1;
  };
  const result = place(results[0]!);
  const values: number[] = [];
  return (x) => {
    for (let i = 0; i < steps.length; i++) values[i] = steps[i]!(values, x);
    return values[result]!;
  };
}

function argumentsOf(id: string, node: Expression['process_graph'][string]): Argument[] {
  const { process_id: name, arguments: given } = node;
  const process = Object.hasOwn(processes, name) ? processes[name] : undefined;
  if (process === undefined) {
    throw new TypeError(`/process_graph/${id}/process_id must be one of ${Object.keys(processes).join(', ')}`);
  }
  const { takes } = process;
  if (Object.keys(given).sort().join() !== [...takes].sort().join()) {
    throw new TypeError(`/process_graph/${id}/arguments must be ${takes.join(', ')}`);
  }
  return takes.flatMap((argument): Argument[] => {
    const value = given[argument]!;
    const isList = Array.isArray(value);
    if (isList !== (argument === 'data') || (isList && value.length === 0)) {
      throw new TypeError(
        `/process_graph/${id}/arguments/${argument} must be ${argument === 'data' ? 'a list of values' : 'one value'}`,
      );
    }
    return isList ? value : [value];
  });
}

function inputOf(argument: Argument, place: (id: string) => number): (values: Numbers, x: number) => number {
  if (typeof argument !== 'object') return () => Number(argument);
  if ('from_parameter' in argument) return (_, x) => x;
  const at = place(argument.from_node);
  return (values) => values[at]!;
}
