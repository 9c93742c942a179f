"""`whosaid make-key`: a new API key."""

import click


@click.command(
    short_help="Make an API key.",
    epilog="\b\nExample:\n  whosaid make-key cms-2026 >> /etc/whosaid/keys",
)
@click.argument("id")
def make_key(id: str) -> None:
    """Make an API key, and the line that accepts it in WHOSAID_KEYS_FILE.

    ID is what logs and limits will call it, such as cms-2026. The key goes to standard error,
    once; the line to standard output.
    """
    # Here, because what makes keys also reads and logs them.
    from service import keys

    key = keys.make_key()
    line = keys.render_line(id, key)
    # The line alone on standard output, so that it can be added to the file.
    click.echo(f"The key, which nobody can show you again:\n{key}\n", err=True)
    click.echo(line)
