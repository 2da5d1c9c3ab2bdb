"""A model behind HTTP: FastAPI and ONNX Runtime (`make serve`, docs/serving.md)."""
