"""`python -m ironworks` is the command `ironworks`."""

from ironworks.cli import app

if __name__ == "__main__":
    app()
