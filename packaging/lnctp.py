"""Where the bundle begins."""

import sys

from lnctp_tui.__main__ import main

sys.exit(main())
