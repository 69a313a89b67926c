SHELF := core/play
$(SHELF)_SRC := command.c mpack.c
$(SHELF)_PKG := libcrypto jansson
