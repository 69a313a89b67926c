SHELF := connectors/intake
$(SHELF)_SRC := conf.c follow.c gather.c recording.c rotate.c source.c tcp.c
$(SHELF)_SRC += pcap.c
$(SHELF)_PKG := libpcap
