# SPDX-License-Identifier: GPL-2.0
"""Run the YNL client: ynl.py CLI [ARGUMENT...]

It reads the whole spec each time, for which the parser that is written in Python takes
seconds where the processor is emulated.
"""
import os
import runpy
import sys

import yaml

yaml.SafeLoader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
del sys.argv[0]
sys.path[0] = os.path.dirname(sys.argv[0])
runpy.run_path(sys.argv[0], run_name='__main__')
