"""`python -m pictures`: a chart as JSON comes in, a PNG goes out; or exit code 1, and on stderr the name of the error.

A process of its own: what drawing needs in memory and time is not the worker's.
"""

import os
import sys

from domain.charts import Chart
from pictures.painting import png

try:
    os.nice(10)  # the worker's messages go first
    picture = png(Chart.model_validate_json(sys.stdin.buffer.read()))
except Exception as error:
    sys.stderr.write(type(error).__name__)  # only its name: the text may quote a customer's
    sys.exit(1)
sys.stdout.buffer.write(picture)
