SHELF := core/base
$(SHELF)_SRC := arena.c buf.c err.c fsm.c hash.c jsonw.c log.c rd.c shift.c span.c time.c treecache.c utf8.c ydoc.c ytree.c
$(SHELF)_PKG := libcrypto yaml-0.1
