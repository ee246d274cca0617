"""Where the pose model comes from: built once from a published wheel, checked by its SHA-256.

No wheel of MediaPipe's Tasks era ships a pose model and the build must need nothing but the
package registry. The 0.10.21 wheel ships the same Apache-2.0 weights as two bare ``.tflite``
files, so ``python -m core.model`` downloads that wheel, adds the input normalisation the Tasks
API expects and stores both in a ``.task`` archive. The bytes are reproducible, hence the pin.
"""

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from core import ROOT
from core.errors import PoseModelError

BUILT_MODEL_PATH = ROOT / "models" / "pose_landmarker_full.task"
MODEL_SHA256 = "a869d87f58c8df7e6747f8aeb7fb3df61a6a1d299eb9d5a433f563e4d819cbf9"
REPAIR_COMMAND = "make setup"

_SOURCE_WHEEL = "mediapipe==0.10.21"
_WHEEL_TAG = ("--python-version", "3.12", "--platform", "manylinux_2_28_x86_64")
_DETECTOR = "mediapipe/modules/pose_detection/pose_detection.tflite"
_LANDMARKS = "mediapipe/modules/pose_landmark/pose_landmark_full.tflite"
_INPUT_MEAN, _INPUT_STD = 0.0, 255.0  # with std 1 the model runs, but tracks badly


def model_path(override: Path | None = None) -> Path:
    """Return the path of the model to load.

    Parameters
    ----------
    override
        The setting ``POSE_MODEL_PATH``; taken as it is, whatever its hash, when given.

    Raises
    ------
    PoseModelError
        The override names no file, or the built model is missing or has another hash.
    """
    if override is not None:
        if not override.is_file():
            raise PoseModelError(
                f"POSE_MODEL_PATH names no file: {override}. "
                "Set it to a MediaPipe pose landmarker .task file, or unset it to use the built model."
            )
        return override
    if not BUILT_MODEL_PATH.is_file():
        raise PoseModelError(f"The pose model has not been built. Run `{REPAIR_COMMAND}` to build it.")
    _check_sha256(BUILT_MODEL_PATH.read_bytes())
    return BUILT_MODEL_PATH


def build_model(path: Path = BUILT_MODEL_PATH) -> None:
    """Build the model at `path` from the published wheel; replaces a damaged one.

    Raises
    ------
    PoseModelError
        The wheel cannot be downloaded, or what it gave has another hash than the pinned one.
    """
    with tempfile.TemporaryDirectory(prefix="repscope-model-") as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                   *_WHEEL_TAG, "--dest", folder, _SOURCE_WHEEL]  # fmt: skip
        if subprocess.run(command, check=False).returncode != 0:
            raise PoseModelError(
                f"The wheel {_SOURCE_WHEEL}, which holds the model's weights, could not be downloaded. "
                f"Check that the package registry is reachable, then run `{REPAIR_COMMAND}` again."
            )
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            task = _pack_task(wheel.read(_DETECTOR), wheel.read(_LANDMARKS))
    _check_sha256(task)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(task)
    part.replace(path)  # a build cut short never leaves half a model under the final name


def _check_sha256(task: bytes) -> None:
    found = hashlib.sha256(task).hexdigest()
    if found != MODEL_SHA256:
        raise PoseModelError(
            f"The pose model is damaged: its SHA-256 is {found[:12]}…, expected {MODEL_SHA256[:12]}…. "
            f"Run `{REPAIR_COMMAND}` to build it again."
        )


def _pack_task(detector: bytes, landmarks: bytes) -> bytes:
    """Return a ``.task`` archive; fixed dates and no compression keep it reproducible."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in (
            ("pose_detector.tflite", detector),
            ("pose_landmarks_detector.tflite", _add_normalization(landmarks)),
        ):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def _add_normalization(landmarks: bytes) -> bytes:
    """Return the tflite model with the metadata that tells the Tasks API how to scale pixels."""
    import flatbuffers  # noqa: PLC0415  needed by the build only, never by a running app
    import numpy as np  # noqa: PLC0415
    from mediapipe.tasks.metadata import metadata_schema_py_generated as meta  # noqa: PLC0415
    from mediapipe.tasks.metadata import schema_py_generated as tflite  # noqa: PLC0415

    unit = meta.ProcessUnitT()
    unit.optionsType = meta.ProcessUnitOptions.NormalizationOptions
    unit.options = meta.NormalizationOptionsT()
    unit.options.mean, unit.options.std = [_INPUT_MEAN], [_INPUT_STD]
    tensor = meta.TensorMetadataT()
    tensor.content = meta.ContentT()
    tensor.content.contentPropertiesType = meta.ContentProperties.ImageProperties
    tensor.content.contentProperties = meta.ImagePropertiesT()
    tensor.content.contentProperties.colorSpace = meta.ColorSpaceType.RGB
    tensor.processUnits = [unit]
    graph = meta.SubGraphMetadataT()
    graph.inputTensorMetadata = [tensor]
    metadata = meta.ModelMetadataT()
    metadata.subgraphMetadata = [graph]
    packed = flatbuffers.Builder(0)
    packed.Finish(metadata.Pack(packed), b"M001")

    model = tflite.ModelT.InitFromPackedBuf(landmarks, 0)
    buffer = tflite.BufferT()
    buffer.data = np.frombuffer(bytes(packed.Output()), np.uint8)
    model.buffers.append(buffer)
    entry = tflite.MetadataT()
    entry.name, entry.buffer = "TFLITE_METADATA", len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(len(landmarks) + 2**20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def main() -> int:
    """Build the model unless it is there and whole; the command `make` runs."""
    try:
        model_path()
    except PoseModelError:
        try:
            build_model()
        except PoseModelError as error:
            print(error, file=sys.stderr)
            return 2
        print(f"Pose model built: {BUILT_MODEL_PATH.name}, SHA-256 {MODEL_SHA256}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
