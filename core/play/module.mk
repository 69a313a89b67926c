SHELF := core/play
$(SHELF)_SRC := canon.c command.c cond.c cond_lex.c hazard.c live.c mpack.c openc2.c
$(SHELF)_PKG := libcrypto jansson
