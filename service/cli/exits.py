"""What a command's exit status says."""

OK = 0
FAILED = 1
USAGE = 2
REJECTED = 3
INTERRUPTED = 130

EPILOG = (
    "\b\nExit status: 0 done; 1 failed; 2 the command makes no sense as it was given; "
    "3 done,\nbut for some texts that were rejected; 130 interrupted.\n\n"
    "\b\nCompletion, in ~/.bashrc (zsh and fish alike):\n"
    '  eval "$(_WHOSAID_COMPLETE=bash_source whosaid)"'
)
