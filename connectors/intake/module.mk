SHELF := connectors/intake
$(SHELF)_SRC := conf.c follow.c gather.c recording.c source.c tcp.c
