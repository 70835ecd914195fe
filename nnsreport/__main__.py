"""``python -m nnsreport``."""

from nnsreport.cli import main

if __name__ == "__main__":
    main()
