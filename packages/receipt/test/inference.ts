import {
  type Bundle,
  digestHex,
  digestOf,
  type FactsOf,
  type HeldTensor,
  makeReceipt,
  makeStatement,
  openBundle,
  readStatement,
  type Receipt,
  RECEIPT_MEMBER,
  REQUIRED_FACTS,
  signStatement,
  tensorList,
} from '../src/index.ts';
import { arrow, ISSUED_AT, PRIVATE_KEY_PEM, PUBLIC_KEY_PEM, signedFile } from './trail.ts';

/** A tensor of some bytes. */
export function tensor(name: string, bytes: Uint8Array): HeldTensor {
  return { name, datatype: 'UINT8', shape: [1, bytes.length], bytes };
}

/** The receipt of an inference, on the trail of the test files' version; plain, so that a test may change anything. */
export function inferenceReceipt(inputs: readonly HeldTensor[], outputs: readonly HeldTensor[]): Receipt {
  const { bundle, upstream } = signedFile()[RECEIPT_MEMBER];
  const { facts } = readStatement(openBundle(bundle).payload).predicate;
  const listed = (tensors: readonly HeldTensor[]) =>
    tensorList(tensors.map(({ name, datatype, shape, bytes }) => ({ name, datatype, shape, digest: digestOf(bytes) })));
  const output = listed(outputs);
  const stated = {
    ...Object.fromEntries(
      Object.entries(facts).filter(([name]) => REQUIRED_FACTS.inference.some((one) => one === name)),
    ),
    inputTensors: { value: listed(inputs), known: 'witnessed' },
    outputTensors: { value: output, known: 'witnessed' },
  } as unknown as FactsOf<'inference'>;
  const built = upstream.filter(
    (one: Bundle) => !readStatement(openBundle(one).payload).predicateType.includes('imagery'),
  );
  const statement = makeStatement(
    'inference',
    stated,
    [{ name: 'outputs', digest: { sha256: digestHex(output.digest) } }],
    [arrow('approval', built[0]!)],
    ISSUED_AT,
  );
  const receipt = makeReceipt(signStatement(statement, PRIVATE_KEY_PEM), built, PUBLIC_KEY_PEM);
  return JSON.parse(JSON.stringify(receipt)) as Receipt;
}
