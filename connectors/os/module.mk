SHELF := connectors/os
$(SHELF)_SRC := control.c fdpass.c files.c key_file.c link.c logsink.c loop.c sandbox.c
$(SHELF)_PKG := libseccomp
