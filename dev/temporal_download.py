"""Lets the Temporal SDK download its dev server into a directory: `python -m dev.temporal_download DIRECTORY`."""

from __future__ import annotations

import asyncio
import os
import sys

from temporalio.testing import WorkflowEnvironment

from dev.temporal_binary import CLI_VERSION


async def download(directory: str) -> None:
    """Start the SDK's server once, which downloads it first."""
    environment = await WorkflowEnvironment.start_local(
        download_dest_dir=directory, dev_server_download_version=f"v{CLI_VERSION}"
    )
    await environment.shutdown()


if __name__ == "__main__":
    asyncio.run(download(sys.argv[1]))
    os._exit(0)  # an interpreter that used the SDK may abort in its own clean-up
