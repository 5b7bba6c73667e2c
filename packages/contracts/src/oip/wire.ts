import { Type, type Static } from 'typebox';

/** A tensor of the Open Inference Protocol v2 (REST, JSON). `BYTES` elements of ours are base64 texts. */
export const OipTensor = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer({ minimum: 0 })),
  datatype: Type.String(),
  parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  data: Type.Array(Type.Unknown()),
});
export type OipTensor = Static<typeof OipTensor>;

/** An inference request (Open Inference Protocol v2, $inference_request). */
export const OipInferRequest = Type.Object({
  id: Type.Optional(Type.String()),
  parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  inputs: Type.Array(OipTensor, { minItems: 1 }),
  outputs: Type.Optional(Type.Array(Type.Object({ name: Type.String() }))),
});
export type OipInferRequest = Static<typeof OipInferRequest>;

/** An inference answer (Open Inference Protocol v2, $inference_response). */
export const OipInferResponse = Type.Object({
  id: Type.Optional(Type.String()),
  model_name: Type.String(),
  model_version: Type.Optional(Type.String()),
  parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  outputs: Type.Array(OipTensor),
});
export type OipInferResponse = Static<typeof OipInferResponse>;

/**
 * What travels with a block through the graph, as `parameters` of the tensor that carries it (an executor passes tensors
 * from node to node, not the request around them): where the padded block and its core lie on the imagery's grid, in
 * pixels of the model's grid, and the threshold on the probability (0..1). A core may hold several blocks of the grid, as the
 * network has less to do with one large piece; then `block` is their edge, and what is found is told of each.
 */
export const BlockParameters = Type.Object({
  originX: Type.Integer(),
  originY: Type.Integer(),
  coreX0: Type.Integer(),
  coreY0: Type.Integer(),
  coreX1: Type.Integer(),
  coreY1: Type.Integer(),
  threshold: Type.Number({ minimum: 0, maximum: 1 }),
  block: Type.Optional(Type.Integer({ minimum: 1 })),
});
export type BlockParameters = Static<typeof BlockParameters>;

/**
 * The tensors on the edges of the prediction graph, of BYTES.
 *
 * - `image`: the padded block, RGBA bytes row by row, raw DEFLATE (RFC 1951), base64. Alpha 0 is no data. Where binary data can be
 *   sent, the bytes as they are: UINT8 [height, width, 4].
 * - `probability`: the core, one byte a pixel row by row, raw DEFLATE, base64. 0 is no data, p is max(1, round(255 p)).
 * - `shapes`: the polygons of the core as JSON text (BlockShapes of @cairn/geo), one element a block, row by row.
 */
export const graphTensors = { image: 'image', probability: 'probability', shapes: 'shapes' } as const;
