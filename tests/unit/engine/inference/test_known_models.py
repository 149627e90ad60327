"""Public models of every layout, recognised from their graphs and tried for real."""

from pathlib import Path

import pytest

from watchpost.base.errors import ModelError
from watchpost.engine.inference.inspection import inspect_model

MODELS = {
    "AGPL_yolo11n_320_int8.onnx": ("yolov8", 320, 320, 80),
    "AGPL_yolo26n_640_int8_end2end.onnx": ("end_to_end", 640, 640, 80),
    "AGPL_yolov5n_640.onnx": ("yolov5", 640, 640, 80),
    "AGPL_yolov8n_seg_320_int8.onnx": ("yolov8", 320, 320, 80),
    "deimv2_atto_320_int8.onnx": ("detr", 320, 320, 80),
    "fastestdet_352.onnx": ("fastestdet", 352, 352, 80),
    "light_person_192.onnx": ("yolox", 192, 192, 1),
    "nanodet_m_320.onnx": ("nanodet", 320, 320, 80),
    "ultralight_face_rfb320.onnx": ("ssd", 320, 240, 1),
    "yolox_nano_416.onnx": ("yolox", 416, 416, 80),
    "yunet_n_dynamic.onnx": ("yunet", 416, 416, 1),
}


@pytest.mark.data
@pytest.mark.parametrize("name", MODELS)
def test_the_layout_is_read_from_the_graph(shared_data: Path, name: str) -> None:
    layout, width, height, classes = MODELS[name]
    info = inspect_model(shared_data / "models" / name)
    assert info.layout == layout
    assert (info.input.width, info.input.height) == (width, height)
    assert len(info.classes) == classes


@pytest.mark.data
def test_what_is_no_detector_is_refused_in_words(shared_data: Path) -> None:
    with pytest.raises(ModelError, match="not a detector of a known layout"):
        inspect_model(shared_data / "models" / "person_reid_0287.onnx")


@pytest.mark.parametrize("content", [b"", b"\x07random bytes, no model" * 40])
def test_a_file_that_is_no_model_is_refused_in_words(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        inspect_model(path)
    assert caught.value.todo
