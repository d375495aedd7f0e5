"""`python -m dev.practice_model`: the practice model as a process of its own."""

from typing import Annotated

import typer
import uvloop

from dev.practice_model.running import serve


def main(
    host: Annotated[str, typer.Option(help="Address to listen on. The controls ask for no password.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8091,
    instant: Annotated[
        bool, typer.Option("--instant", help="Answer everything at once, without rules: for benchmarks.")
    ] = False,
) -> None:
    """Serve the practice model: OpenAI's Chat Completions protocol, by rules. It is no AI."""
    uvloop.run(serve(host, port, instant=instant))


if __name__ == "__main__":
    typer.run(main)
