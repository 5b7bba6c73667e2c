"""An ONNX model in MLServer, which has no runtime of its own for one: what its documentation on custom runtimes asks for."""

import os

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class OnnxModel(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ["BENCH_THREADS"])
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            self.settings.parameters.uri, options, providers=["CPUExecutionProvider"]
        )
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        image = self.decode(payload.inputs[0], default_codec=NumpyCodec)
        (probability,) = self.session.run(["probability"], {"image": image.astype("float32")})
        output = NumpyCodec.encode_output("probability", probability)
        return InferenceResponse(model_name=self.name, model_version=self.version, outputs=[output])
