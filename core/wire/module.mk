SHELF := core/wire
$(SHELF)_SRC := session.c sig.c walk.c wire.c
$(SHELF)_PKG := msgpack libcrypto
