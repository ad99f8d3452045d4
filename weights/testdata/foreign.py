# Writes foreign.safetensors, a file that this package did not write. Made with safetensors 0.8.0 and numpy 2.
import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "fc0/w": np.array([[1, -2.5, 3], [0.1, 1e-30, -0.0]], np.float32),
        "fc0/b": np.array([7, 8, 9], np.float32),
        "scale": np.array(0.5, np.float32),
    },
    "foreign.safetensors",
    metadata={"format": "np"},
)
